//! A batch at the kiosk whose list names somebody whom the registry does not know.

use keydesk::domain::PersonId;
use keydesk::station::face::board::{BatchCommand, BatchUpdate, BatchWish};
use keydesk::station::face::{Command, Remark, Update};

use super::{FIRST, PIN, Seat};

#[tokio::test(flavor = "multi_thread")]
async fn neither_the_forecast_nor_the_batch_itself_begins_with_somebody_unknown() {
    let mut seat = Seat::take().await;
    let folder = seat.world.station.config().profiles.clone();
    let list = folder.expect("a folder of profiles").join("strangers.csv");
    std::fs::write(
        &list,
        "Person;Identified by\r\np-1;passport:7K31\r\n\r\np-9;passport:7K32\r\n",
    )
    .expect("written");
    let wish = BatchWish {
        profile: "desk.toml".to_owned(),
        people: Some("strangers.csv".to_owned()),
        statement: None,
    };
    for command in [
        BatchCommand::Forecast(wish.clone()),
        BatchCommand::Begin(wish.clone()),
    ] {
        seat.send(Command::Batch(command)).await;
        let seen = seat
            .until("the refusal", FIRST, PIN, |update| {
                let Update::Batch(update) = update else {
                    return false;
                };
                let (BatchUpdate::Forecast(Err(why)) | BatchUpdate::Over(why)) = &**update else {
                    return false;
                };
                assert_eq!(*why, Remark::BadList { lines: vec![4] });
                true
            })
            .await;
        assert!(!seen.iter().any(|update| matches!(update, Update::Board(_))));
    }
    assert!(seat.key.credentials().is_empty());
    assert!(
        seat.world
            .station
            .store()
            .batches()
            .expect("read")
            .is_empty()
    );
    // What is known can still be forecast.
    std::fs::write(&list, "Person;Identified by\r\np-1;passport:7K31\r\n").expect("written");
    seat.send(Command::Batch(BatchCommand::Forecast(wish)))
        .await;
    let seen = seat
        .until("the forecast", FIRST, PIN, |update| {
            matches!(update, Update::Batch(update) if matches!(**update, BatchUpdate::Forecast(_)))
        })
        .await;
    let forecast = seen.last().and_then(|update| match update {
        Update::Batch(update) => match &**update {
            BatchUpdate::Forecast(Ok(forecast)) => Some(forecast),
            _ => None,
        },
        _ => None,
    });
    let people = forecast
        .expect("a forecast")
        .keys
        .iter()
        .filter_map(|key| key.person.as_ref());
    assert_eq!(people.collect::<Vec<_>>(), [&PersonId::new("p-1")]);
}
