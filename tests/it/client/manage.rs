//! Credential management: what is on a key, under both commands and with tokens that last.

use keydesk::bay::soft::{Abilities, Fault, Profile, SoftKey};
use keydesk::ctap::{
    CredProtect, CtapError, Info, MakeCredential, Permissions, PinUvAuthToken, Status,
    TokenRequest, User, VerifyBy,
};
use keydesk::domain::reason::Lacks;

use super::{RP, Soft, make, open, pin, status, token, touched, within};

const PIN: &str = "271828";

fn token_for(device: &mut Soft, permissions: Permissions) -> Result<PinUvAuthToken, CtapError> {
    let by = pin(PIN);
    let request = TokenRequest {
        by: VerifyBy::Pin(&by),
        permissions,
        rp_id: None,
    };
    within(|control| device.token(&request, control))
}

fn make_for(device: &mut Soft, user_id: &[u8]) {
    let proof = token(device, PIN, Permissions::MAKE_CREDENTIAL).unwrap();
    let mut request = MakeCredential {
        cred_protect: Some(CredProtect::OptionalWithCredentialIdList),
        ..make(&[])
    };
    request.user.id = user_id.to_vec();
    within(|control| device.make_credential(&request, Some(&proof), control)).unwrap();
}

fn with_pin(profile: Profile) -> (SoftKey, Soft) {
    let key = touched(profile);
    let mut device = open(&key);
    within(|control| device.set_pin(&pin(PIN), control)).unwrap();
    (key, device)
}

fn lasting(device: &mut Soft) -> PinUvAuthToken {
    token_for(device, Permissions::PERSISTENT_CREDENTIAL_MANAGEMENT).unwrap()
}

#[test]
fn credentials_are_counted_listed_and_deleted_under_both_commands() {
    for profile in [Profile::full(), Profile::ctap21_preview()] {
        let (_key, mut device) = with_pin(profile);
        make_for(&mut device, b"user-1");
        make_for(&mut device, b"user-2");
        let proof = token_for(&mut device, Permissions::CREDENTIAL_MANAGEMENT).unwrap();
        let room = within(|control| device.credentials_metadata(&proof, control)).unwrap();
        assert_eq!((room.existing, room.remaining), (2, 23));
        let rps = within(|control| device.stored_rps(&proof, control)).unwrap();
        assert_eq!(rps.len(), 1);
        assert_eq!(rps[0].rp.id, RP);
        let list = |device: &mut Soft| {
            within(|control| device.stored_credentials(&rps[0].id_hash, &proof, control)).unwrap()
        };
        let stored = list(&mut device);
        assert_eq!(stored.len(), 2);
        for credential in &stored {
            assert_eq!(
                credential.cred_protect,
                Some(CredProtect::OptionalWithCredentialIdList)
            );
            assert!(credential.public_key.is_some());
            assert_eq!(
                (
                    credential.has_large_blob_key,
                    credential.third_party_payment
                ),
                (false, None)
            );
        }
        let id = &stored[0].id;
        within(|control| device.delete_credential(id, &proof, control)).unwrap();
        assert_eq!(list(&mut device), stored[1..]);
        let again = within(|control| device.delete_credential(id, &proof, control));
        assert_eq!(status(again), Some(Status::NoCredentials));
    }
}

#[test]
fn names_too_long_for_a_key_are_cut_between_two_characters_when_they_are_changed() {
    let (key, mut device) = with_pin(Profile::full());
    make_for(&mut device, b"user-1");
    let id = key.credentials()[0].id.clone();
    let proof = token_for(&mut device, Permissions::CREDENTIAL_MANAGEMENT).unwrap();
    let renamed = User {
        id: b"user-1".to_vec(),
        name: Some(format!("{}€uro", "n".repeat(63))),
        display_name: None,
    };
    within(|control| device.update_user(&id, &renamed, &proof, control)).unwrap();
    assert_eq!(key.credentials()[0].user_name, Some("n".repeat(63)));
    let someone_else = User {
        id: b"user-2".to_vec(),
        ..renamed
    };
    let refused = within(|control| device.update_user(&id, &someone_else, &proof, control));
    assert_eq!(status(refused), Some(Status::InvalidParameter));
}

#[test]
fn a_preview_key_renames_nothing_and_says_so() {
    let (_key, mut device) = with_pin(Profile::epass_fido2());
    let proof = token_for(&mut device, Permissions::CREDENTIAL_MANAGEMENT).unwrap();
    let user = make(&[]).user;
    let refused = within(|control| device.update_user(&[1; 50], &user, &proof, control));
    assert_eq!(
        refused,
        Err(CtapError::Unsupported {
            what: Lacks::Renaming
        })
    );
}

#[test]
fn a_lasting_token_lists_across_power_cycles_and_does_nothing_else() {
    let (key, mut device) = with_pin(Profile::ctap23());
    make_for(&mut device, b"user-1");
    let lasting = lasting(&mut device);
    key.power_cycle();
    let mut device = open(&key);
    let rps = within(|control| device.stored_rps(&lasting, control)).unwrap();
    let hash = rps[0].id_hash;
    let stored = within(|control| device.stored_credentials(&hash, &lasting, control)).unwrap();
    assert_eq!(stored.len(), 1);
    let id = &stored[0].id;
    let refused = within(|control| device.delete_credential(id, &lasting, control));
    assert_eq!(status(refused), Some(Status::PinAuthInvalid));
    within(|control| device.change_pin(&pin(PIN), &pin("31415926"), control)).unwrap();
    let over = within(|control| device.stored_rps(&lasting, control)).map(drop);
    assert_eq!(status(over), Some(Status::PinAuthInvalid));
}

#[test]
fn a_lasting_token_tells_which_key_it_is_and_whether_its_credentials_have_changed() {
    let (key, mut device) = with_pin(Profile::ctap23());
    let info = |device: &mut Soft| within(|control| device.info(control)).unwrap();
    assert_eq!(
        info(&mut device).enc_identifier,
        None,
        "nobody could read it yet"
    );
    let proof = lasting(&mut device);
    let facts = |info: &Info| (info.identifier(&proof), info.credential_store_state(&proof));
    let first = info(&mut device);
    let before = facts(&first);
    assert!(before.0.is_some() && before.1.is_some());
    key.power_cycle();
    let mut device = open(&key);
    let second = info(&mut device);
    assert_eq!(facts(&second), before);
    assert_ne!(
        first.enc_identifier, second.enc_identifier,
        "no tracking by it"
    );
    make_for(&mut device, b"user-1");
    let after = facts(&info(&mut device));
    assert_eq!(after.0, before.0);
    assert_ne!(after.1, before.1);
    let one_off = token_for(&mut device, Permissions::CREDENTIAL_MANAGEMENT).unwrap();
    assert_eq!(info(&mut device).identifier(&one_off), None);

    let (_other, mut twin) = with_pin(Profile::ctap23());
    let others = lasting(&mut twin);
    assert_ne!(info(&mut twin).identifier(&others), before.0);
}

#[test]
fn a_key_without_lasting_tokens_is_not_asked_for_one() {
    let (_key, mut device) = with_pin(Profile::full());
    let refused = token_for(&mut device, Permissions::PERSISTENT_CREDENTIAL_MANAGEMENT).map(drop);
    assert!(
        matches!(refused, Err(CtapError::Unsupported { .. })),
        "{refused:?}"
    );
}

#[test]
fn a_key_of_ctap_2_3_states_every_member_that_one_with_a_sensor_can() {
    let model = Profile::ctap23();
    let (_key, mut device) = with_pin(Profile {
        abilities: Abilities {
            fingerprints: true,
            ..model.abilities.clone()
        },
        fingerprint_slots: 5,
        ..model
    });
    lasting(&mut device);
    let info = within(|control| device.info(control)).unwrap();
    assert!(info.has_version("FIDO_2_3") && info.persistent_management());
    assert_eq!(info.attestation_formats, ["packed"]);
    assert_eq!(info.uv_count_since_last_pin_entry, Some(0));
    assert_eq!(info.transports_for_reset, Some(vec!["usb".to_owned()]));
    assert_eq!(info.authenticator_config_commands, Some(vec![1, 2, 3, 4]));
    assert_eq!(info.max_pin_length, 63);
    assert!(info.enc_identifier.is_some() && info.enc_cred_store_state.is_some());
    assert_eq!(info.unknown, []);
}

#[test]
fn a_list_that_a_hostile_key_makes_endless_ends() {
    let (key, mut device) = with_pin(Profile::full());
    make_for(&mut device, b"user-1");
    let proof = token_for(&mut device, Permissions::CREDENTIAL_MANAGEMENT).unwrap();
    let rp = [&[0, 0xa3, 3, 0xa1, 0x62][..], b"id", &[0x61], b"x"].concat();
    let bytes = [
        &rp[..],
        &[4, 0x58, 32],
        &[7; 32],
        &[5, 0x1a, 255, 255, 255, 255],
    ]
    .concat();
    key.inject(Fault::Instead {
        command: 0x0a,
        bytes,
    });
    let refused = within(|control| device.stored_rps(&proof, control)).map(drop);
    assert_eq!(
        status(refused),
        Some(Status::NotAllowed),
        "it has no second RP to show"
    );
}
