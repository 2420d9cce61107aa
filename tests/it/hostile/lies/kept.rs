//! Lies about what is kept on the key: credentials and fingerprints.

use ciborium::Value;
use keydesk::ctap::Status;

use super::{with, without};
use crate::hostile::asks::{Ask, credential_entry, first_sample, map, ok, rp_entry, sample};
use crate::hostile::table::{Case, Expect};
use crate::suite::raw::entry;

pub fn management() -> Vec<Case> {
    let field = Expect::Field;
    let reply = |ask, name: &str, members, expect| Case::reply(ask, name, ok(members), expect);
    let metadata = |name: &str, members, member| reply(Ask::Metadata, name, members, field(member));
    let mut cases = vec![
        metadata("no room stated", vec![entry(1, 3)], "maxPossibleRemaining"),
        metadata(
            "less than none",
            vec![entry(1, -1), entry(2, 1)],
            "existing",
        ),
        metadata(
            "room in words",
            vec![entry(1, 0), entry(2, "much")],
            "maxPossibleRemaining",
        ),
        reply(
            Ask::FirstRp,
            "four thousand million RPs",
            rp_entry(Some(u32::MAX)),
            Expect::Status(Status::NotAllowed),
        ),
        reply(
            Ask::FirstCredential,
            "four thousand million credentials",
            credential_entry(Some(u32::MAX)),
            Expect::Status(Status::NotAllowed),
        ),
        reply(
            Ask::FirstRp,
            "a total in words",
            with(rp_entry(None), 5, "two"),
            field("totalRPs"),
        ),
        reply(
            Ask::FirstCredential,
            "less than no credentials",
            with(credential_entry(None), 9, -2),
            field("totalCredentials"),
        ),
    ];
    for ask in [Ask::FirstRp, Ask::NextRp] {
        let rp = |name: &str, key: i32, value: Value, member| {
            reply(
                ask,
                name,
                with(rp_entry(Some(2)), key, value),
                field(member),
            )
        };
        cases.extend([
            rp(
                "an RP without an id",
                3,
                map(vec![entry("name", "x")]),
                "rp.id",
            ),
            rp(
                "an RP's id in bytes",
                3,
                map(vec![entry("id", vec![1])]),
                "rp.id",
            ),
            rp("an RP that is a text", 3, "login.example".into(), "rp"),
            rp("a hash of 31 bytes", 4, vec![7; 31].into(), "rpIDHash"),
            rp("a hash of 33 bytes", 4, vec![7; 33].into(), "rpIDHash"),
        ]);
    }
    for ask in [Ask::FirstCredential, Ask::NextCredential] {
        let credential = |name: &str, key: i32, value: Value, member| {
            let members = with(credential_entry(Some(2)), key, value);
            reply(ask, name, members, field(member))
        };
        cases.extend([
            credential("a user without an id", 6, map(vec![]), "user.id"),
            credential("a user that is a list", 6, Value::Array(vec![]), "user"),
            credential(
                "an id that is a number",
                7,
                map(vec![entry("id", 1)]),
                "credential.id",
            ),
            credential(
                "a large-blob key that is a text",
                11,
                "key".into(),
                "largeBlobKey",
            ),
            credential(
                "a payment that is a number",
                12,
                1.into(),
                "thirdPartyPayment",
            ),
        ]);
    }
    cases
}

pub fn fingerprints() -> Vec<Case> {
    let field = Expect::Field;
    let reply = |ask, name: &str, members, expect| Case::reply(ask, name, ok(members), expect);
    let sensor = || vec![entry(2, 1), entry(3, 4)];
    let listed = |name: &str, template: Value, member| {
        let members = vec![entry(7, vec![template])];
        reply(Ask::Fingers, name, members, field(member))
    };
    let mut cases = vec![
        reply(
            Ask::Modality,
            "an eye",
            vec![entry(1, 2)],
            Expect::Unsupported,
        ),
        reply(
            Ask::Modality,
            "a modality in words",
            vec![entry(1, "finger")],
            field("modality"),
        ),
        reply(
            Ask::Sensor,
            "a kind in words",
            with(sensor(), 2, "touch"),
            field("fingerprintKind"),
        ),
        reply(
            Ask::Sensor,
            "no number of samples",
            without(sensor(), 3),
            field("maxCaptureSamples"),
        ),
        reply(
            Ask::Sensor,
            "names shorter than nothing",
            with(sensor(), 8, -1),
            field("maxTemplateFriendlyName"),
        ),
        reply(Ask::BeginFinger, "no id", sample(0, 3), field("templateId")),
        reply(
            Ask::BeginFinger,
            "an id that is a number",
            with(first_sample(), 4, 9),
            field("templateId"),
        ),
        listed("a fingerprint that is a number", 1.into(), "templateInfos"),
        listed(
            "a fingerprint without an id",
            map(vec![entry(2, "thumb")]),
            "templateId",
        ),
        listed(
            "a name in bytes",
            map(vec![entry(1, vec![0, 1]), entry(2, vec![1])]),
            "templateFriendlyName",
        ),
        reply(
            Ask::Fingers,
            "fingerprints in a map",
            vec![entry(7, map(vec![]))],
            field("templateInfos"),
        ),
    ];
    for (ask, good) in [
        (Ask::BeginFinger, first_sample()),
        (Ask::NextSample, sample(0, 2)),
    ] {
        let sampled = |name: &str, members, expect| reply(ask, name, members, expect);
        cases.extend([
            sampled(
                "a sample of no number",
                with(good.clone(), 5, 256),
                field("lastEnrollSampleStatus"),
            ),
            sampled(
                "a sample in words",
                with(good.clone(), 5, "good"),
                field("lastEnrollSampleStatus"),
            ),
            sampled(
                "no word of what remains",
                without(good.clone(), 6),
                field("remainingSamples"),
            ),
            sampled(
                "less than nothing remains",
                with(good.clone(), 6, -1),
                field("remainingSamples"),
            ),
            sampled(
                "nobody came, at once",
                with(good.clone(), 5, 0x0d),
                Expect::Timeout,
            ),
            sampled(
                "no room after all",
                with(good, 5, 0x0c),
                Expect::Status(Status::FpDatabaseFull),
            ),
        ]);
    }
    cases
}
