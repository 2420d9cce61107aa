//! Keeping everybody else out: attackers come from 127.0.0.1, and somebody honest from 127.0.0.2.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use tokio::sync::Mutex;

use crate::attackers::{Attack, Kind, Siege};
use crate::registry::Registry;

/// What a station waits for a connection.
const PATIENCE: Duration = Duration::from_secs(3);

const HONEST: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// One siege at a time: each takes as many files here as there.
static ONE: Mutex<()> = Mutex::const_new(());

/// The siege, once all of them have come to the door and the registry has let in whom it lets in.
async fn besieged(registry: &Registry, kind: Kind, sockets: usize) -> Siege {
    let at = registry.address().parse().expect("an address");
    let siege = Attack::new(kind, at).launch(sockets, None);
    // One whose door takes no more keeps the rest of them waiting before it.
    let stands = tokio::time::timeout(Duration::from_secs(5), siege.stands()).await;
    drop(stands);
    tokio::time::sleep(Duration::from_secs(1)).await;
    siege
}

/// Somebody honest is answered: whether it is there, and what takes its database.
async fn is_served(registry: &Registry) {
    // An error says that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .local_address(HONEST)
        .pool_max_idle_per_host(0)
        .timeout(PATIENCE)
        .build()
        .expect("a client");
    for _ in 0..3 {
        let health = client.get(format!("{}/v1/health", registry.url)).send();
        let health = health.await.expect("health answers");
        assert_eq!(health.status(), 200);
        let asked = client
            .get(format!("{}/v1/people?q=example", registry.url))
            .bearer_auth("no-such-token")
            .send();
        assert_eq!(asked.await.expect("an answer").status(), 401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_sockets_do_not_stop_the_registry() {
    let _one = ONE.lock().await;
    let registry = Registry::new();
    let _siege = besieged(&registry, Kind::Silent, 1100).await;
    is_served(&registry).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_beginning_of_http_2_does_not_stop_the_registry() {
    let _one = ONE.lock().await;
    let registry = Registry::new();
    let _siege = besieged(&registry, Kind::Http2, 1100).await;
    is_served(&registry).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_bodies_do_not_hold_every_place() {
    let _one = ONE.lock().await;
    let registry = Registry::new();
    let _siege = besieged(&registry, Kind::SlowBody, 300).await;
    is_served(&registry).await;
}
