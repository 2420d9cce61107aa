//! The whole way with a key of our own making on one end and the registry's verifier, which shares no code with it, on
//! the other: software keys of every generation, through the CTAP client.

use std::time::Duration;

use keydesk::bay::soft::{Profile, SoftKey, SoftTransport, TouchPolicy, root_certificate};
use keydesk::ctap::{
    Control, CredProtect, Device, Entropy, EntropyError, GetAssertion, MakeCredential, Permissions,
    PinUvAuthToken, RelyingParty, TokenRequest, User, VerifyBy,
};
use keydesk::domain::{Aaguid, Bytes, Pin};
use keydesk::server::ServeConfig;
use keydesk::server::config::{AttestationPolicy, AttestationRoot};
use keydesk::wire::webauthn::{
    AssertionResponse, AttestationResponse, AuthenticationResponse, CreationOptions,
    RegistrationResponse, RequestOptions,
};
use sha2::{Digest, Sha256};

use super::authenticator::{Attested, Authenticator, Chain};
use super::world::{World, write};

struct Random;

impl Entropy for Random {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), EntropyError> {
        getrandom::fill(bytes).map_err(|_| EntropyError)
    }
}

/// A key in the bay, and the person who knows its PIN and touches it.
struct Hand {
    device: Device<SoftTransport>,
    pin: Pin,
}

impl Hand {
    fn new(profile: Profile) -> Self {
        let key = SoftKey::in_virtual_time(profile.with_touch(TouchPolicy::Auto));
        let mut device =
            within(|control| Device::open(key.open().unwrap(), Box::new(Random), control)).unwrap();
        let pin = Pin::new("123456", 4).unwrap();
        within(|control| device.set_pin(&pin, control)).unwrap();
        Self { device, pin }
    }

    fn token(&mut self, rp_id: &str) -> PinUvAuthToken {
        let request = TokenRequest {
            by: VerifyBy::Pin(&self.pin),
            permissions: Permissions::MAKE_CREDENTIAL.and(Permissions::GET_ASSERTION),
            rp_id: Some(rp_id),
        };
        within(|control| self.device.token(&request, control)).unwrap()
    }

    fn register(
        &mut self,
        options: &CreationOptions,
        origin: &str,
    ) -> (RegistrationResponse, Aaguid) {
        let (json, hash) = client_data("webauthn.create", &options.challenge, origin);
        let request = MakeCredential {
            client_data_hash: hash,
            rp: RelyingParty {
                id: options.rp.id.clone(),
                name: Some(options.rp.name.clone()),
            },
            user: User {
                id: options.user.id.0.clone(),
                name: Some(options.user.name.clone()),
                display_name: Some(options.user.display_name.clone()),
            },
            algorithms: options
                .pub_key_cred_params
                .iter()
                .map(|wanted| wanted.alg)
                .collect(),
            exclude: options
                .exclude_credentials
                .iter()
                .map(|known| known.id.0.clone())
                .collect(),
            discoverable: true,
            built_in_uv: false,
            cred_protect: Some(CredProtect::OptionalWithCredentialIdList),
            min_pin_length: true,
            hmac_secret: false,
            enterprise_attestation: None,
        };
        let token = self.token(&options.rp.id);
        let made =
            within(|control| self.device.make_credential(&request, Some(&token), control)).unwrap();
        let id = Bytes(made.credential.id.clone());
        let response = RegistrationResponse {
            id: id.clone(),
            raw_id: id,
            kind: "public-key".to_owned(),
            response: AttestationResponse {
                client_data_json: Bytes(json),
                attestation_object: Bytes(made.attestation_object()),
                authenticator_data: None,
                transports: vec!["usb".to_owned(), "smoke-signals".to_owned()],
                public_key: None,
                public_key_algorithm: None,
            },
            authenticator_attachment: None,
            client_extension_results: Default::default(),
        };
        (response, made.credential.aaguid)
    }

    fn sign(&mut self, options: &RequestOptions, origin: &str) -> AuthenticationResponse {
        let (json, hash) = client_data("webauthn.get", &options.challenge, origin);
        let request = GetAssertion {
            rp_id: options.rp_id.clone(),
            client_data_hash: hash,
            allow: options
                .allow_credentials
                .iter()
                .map(|known| known.id.0.clone())
                .collect(),
            user_presence: true,
            built_in_uv: false,
        };
        let token = self.token(&options.rp_id);
        let signed =
            within(|control| self.device.assertion(&request, Some(&token), control)).unwrap();
        let id = Bytes(signed.credential_id.clone());
        AuthenticationResponse {
            id: id.clone(),
            raw_id: id,
            kind: "public-key".to_owned(),
            response: AssertionResponse {
                client_data_json: Bytes(json),
                authenticator_data: Bytes(signed.auth_data.as_bytes().to_vec()),
                signature: Bytes(signed.signature),
                user_handle: signed.user.map(|user| Bytes(user.id)),
            },
            authenticator_attachment: None,
            client_extension_results: Default::default(),
        }
    }
}

fn within<R>(work: impl FnOnce(&mut Control<'_>) -> R) -> R {
    work(&mut Control::new(
        Duration::from_secs(30),
        &|| false,
        &mut |_| {},
    ))
}

fn client_data(kind: &str, challenge: &Bytes, origin: &str) -> (Vec<u8>, [u8; 32]) {
    let json = serde_json::json!({
        "type": kind, "challenge": challenge.to_base64url(), "origin": origin, "crossOrigin": false
    });
    let json = json.to_string().into_bytes();
    let hash = Sha256::digest(&json).into();
    (json, hash)
}

#[tokio::test]
async fn keys_of_every_generation_are_enrolled_where_their_maker_s_root_is_required() {
    let roots = tempfile::tempdir().unwrap();
    let file = write(roots.path(), "root.der", root_certificate());
    let chain = Chain::new("The operator's maker");
    let own_root = write(roots.path(), "own.pem", &chain.root_pem);
    let mut own = Authenticator::new(200);
    own.attested = Attested::Packed(chain);
    let change = |config: &mut ServeConfig| {
        config.attestation.policy = AttestationPolicy::Require;
        config.attestation.roots = [file, own_root]
            .map(|file| AttestationRoot {
                file,
                aaguids: Vec::new(),
            })
            .into();
    };
    let world = World::of_operator(change, &mut own).await;
    for profile in [
        Profile::full(),
        Profile::yubikey_5_nfc(),
        Profile::security_key_nfc(),
        Profile::epass_fido2(),
        Profile::ctap20(),
    ] {
        let product = profile.product.clone();
        let mut hand = Hand::new(profile);
        let offer = world.offer("p-2").await;
        let mut push = world.enrolment(&offer, &mut Authenticator::new(1));
        let (registration, aaguid) = hand.register(&offer.creation, &offer.origin);
        push.body.registration = registration;
        push.body.key.id.aaguid = aaguid;
        push.body.assertion = hand.sign(&offer.test, &offer.origin);
        let receipt = world.push(&push).await;
        assert!(receipt.is_ok(), "{product}: {receipt:?}");

        let offer = world.test_offer("p-2").await;
        let mut push = world.test(&offer, "p-2", &mut Authenticator::new(1));
        push.body.assertion = hand.sign(&offer.request, &offer.origin);
        let receipt = world.client.push(super::world::entry(), &push).await;
        assert!(receipt.is_ok(), "{product}: {receipt:?}");
    }
    assert_eq!(world.keys_of("p-2").await, 5);
    let trusted: Vec<bool> = sqlx::query_scalar("SELECT trusted FROM credential")
        .fetch_all(&world.database().await)
        .await
        .unwrap();
    assert!(trusted.iter().all(|trusted| *trusted));
}
