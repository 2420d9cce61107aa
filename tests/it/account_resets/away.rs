//! Somebody who is not at a desk: the whole of it at two stations, by hand and by its commands, and with a mishap at every call.

use keydesk::domain::act::{Deed, ResetTerms};
use keydesk::domain::exception::ExceptionEnd;
use keydesk::domain::identification::{AwayMeans, AwaySaid, Document};
use keydesk::domain::reason::Unmet;
use keydesk::server::config::ResetsConfig;
use keydesk::wire::{ResetExcepted, VERSION};
use keydesk::workflow::dialogue::{AccountResetQuestion, Question};
use uuid::Uuid;

use super::*;

/// Nobody waits a day here, and everybody has a number.
pub async fn service(count: usize) -> Service {
    let config = ServeConfig {
        resets: ResetsConfig { wait_hours: 0 },
        ..ServeConfig::default()
    };
    let service = Service::with(config, count).await;
    let numbers = "INSERT INTO contact (person, sort, value, since_ms) SELECT id, 'phone', '+31 10 252 1010', 0 FROM person";
    sql(&service.one, numbers).await;
    service
}

async fn ask_away(world: &World, who: &PersonId) -> Result<AccountResetId, Stop> {
    let (mut desk, _) = agent(world);
    match account_reset::ask_away(&mut desk, who, wish()).await? {
        Ending::AccountReset {
            result: AccountResetResult::Asked { reset },
            ..
        } => Ok(reset.id),
        other => panic!("not asked for: {other:?}"),
    }
}

async fn except(world: &World, reset: AccountResetId) -> Result<ResetExcepted, Stop> {
    let (mut desk, _) = agent(world);
    match account_reset::except(&mut desk, reset).await? {
        Ending::AccountReset {
            result: AccountResetResult::Excepted { done },
            ..
        } => Ok(*done),
        other => panic!("not carried out: {other:?}"),
    }
}

/// They come to a help desk, and have a key again.
async fn comes(service: &Service, n: usize, when: &str) {
    service.desk.rack.put(SLOT, &fresh_key());
    let ending = enrol(&service.desk, n).await;
    let ending = ending.unwrap_or_else(|stop| panic!("{when}: {stop:?}"));
    assert_eq!(state_of(&ending), &PushState::Accepted, "{when}");
    assert_eq!(service.live_on_keys(n).await, 1, "{when}");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_who_is_away_is_identified_twice_and_gets_a_key_at_a_desk_afterwards() {
    let service = service(1).await;
    service.stolen(1).await;
    let reset = ask_away(&service.one, &person(1)).await.expect("asked for");
    let early = except(&service.one, reset).await.expect_err("not released");
    assert_eq!(early.refusal(), Some(problem_code::RESET_OVER));
    let own = release(&service.one, reset).await.expect_err("refused");
    assert_eq!(own.refusal(), Some(problem_code::NOT_ALLOWED));
    release(&service.two, reset).await.expect("released");
    let early = enrol(&service.desk, 1).await;
    assert!(matches!(early, Err(Stop::Authority { .. })), "{early:?}");
    let done = except(&service.one, reset).await.expect("carried out");
    assert_eq!(done.deleted.len(), 1);
    let exception = done.reset.exception.expect("with a date");
    assert_eq!(exception.owner.name, "A. Gent");
    comes(&service, 1, "at the desk").await;
    let shown = service
        .one
        .station
        .account_reset(reset)
        .await
        .expect("kept");
    let how = shown.reset.exception.and_then(|exception| exception.how);
    assert_eq!(how, Some(ExceptionEnd::Enrolled));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_number_on_record_nobody_is_asked_anything() {
    let service = service(1).await;
    service.stolen(1).await;
    sql(&service.one, "DELETE FROM contact WHERE sort = 'phone'").await;
    let (mut desk, face) = agent(&service.one);
    let asked = account_reset::ask_away(&mut desk, &person(1), wish()).await;
    let stop = asked.expect_err("refused");
    assert_eq!(stop.refusal(), Some(problem_code::NOT_CALLED));
    assert!(
        matches!(
            &stop,
            Stop::Unmet(Unmet::OneWay {
                organisation: None,
                ..
            })
        ),
        "{stop:?}"
    );
    let questions = face.events().into_iter();
    let shown = questions.filter(|event| matches!(event, Event::Signing { .. }));
    assert_eq!(shown.count(), 0);
}

/// An administrator answers for them, as a page has it signed; its own tests say how.
async fn answered_for(service: &Service, n: usize) {
    sql(
        &service.one,
        "UPDATE operator SET personnel_number = id WHERE personnel_number IS NULL",
    )
    .await;
    sql(
        &service.one,
        "INSERT OR IGNORE INTO organisation (id, name, country) VALUES ('o-1', 'Example', 'BE')",
    )
    .await;
    sql(
        &service.one,
        "UPDATE person SET organisation = (SELECT min(id) FROM organisation), kind = CASE id WHEN 'p-1' \
         THEN 'main-administrator' ELSE 'user-administrator' END WHERE id IN ('p-1', 'p-2')",
    )
    .await;
    let station = &service.one.station;
    let begun = station.begin_away(&person(n)).await.expect("may be asked");
    for how in [
        AwaySaid::video(Document::Passport, "7K31").expect("four characters"),
        AwaySaid::CallBack {},
    ] {
        let about = (begun.reset, &begun.person.id);
        station
            .identify_away(about, &how)
            .await
            .expect("identified");
    }
    let about = (begun.reset, &begun.person.id);
    let to_sign = station.ask_away(about, &wish().expect("a reason")).await;
    let mut act = to_sign.expect("two ways").read().expect("an act");
    let Deed::AskReset { terms } = act.deed else {
        panic!("another act");
    };
    act.deed = Deed::VouchReset {
        terms: ResetTerms {
            reset: AccountResetId(Uuid::now_v7()),
            remark: "spoke with her".to_owned(),
            away: None,
            ..terms
        },
    };
    act.signer.name = "B. Eheerder".to_owned();
    let receipt = serde_json::json!({
        "version": VERSION, "act": act.bytes(), "rp_id": "", "origin": "", "accepted_at": act.asked_at,
        "assertion": { "id": "", "rawId": "", "type": "public-key", "clientExtensionResults": {}, "response": {
            "clientDataJSON": "", "authenticatorData": "", "signature": "" } },
    });
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(service.one.database());
    let pool = sqlx::SqlitePool::connect_with(options)
        .await
        .expect("opens");
    for statement in [
        format!(
            "INSERT INTO act (id, signer, subject, receipt, at_ms) VALUES ('{}', 'p-2', 'p-1', '{receipt}', unixepoch() * 1000)",
            act.id
        ),
        format!(
            "INSERT INTO reset_vouching SELECT '{}', 'p-1', 'p-2', hex(id), unixepoch() * 1000 FROM credential WHERE person = 'p-2'",
            act.id
        ),
        "UPDATE credential SET accepted_ms = accepted_ms - 8 * 86400000 WHERE person = 'p-2'"
            .to_owned(),
        "DELETE FROM contact WHERE sort = 'phone'".to_owned(),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .execute(&pool)
            .await
            .expect("written");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_an_administrator_answers_for_is_seen_in_one_more_way_and_asked_for_as_they_said() {
    let service = service(2).await;
    service.stolen(1).await;
    service.desk.rack.put(SLOT, &fresh_key());
    enrol(&service.desk, 2).await.expect("enrolled");
    answered_for(&service, 1).await;
    let (mut desk, face) = agent(&service.one);
    // The reason is the one that was answered for; the remark is theirs.
    let asked = account_reset::ask_away(&mut desk, &person(1), None).await;
    let Ok(Ending::AccountReset {
        result: AccountResetResult::Asked { reset },
        ..
    }) = asked
    else {
        panic!("{asked:?}");
    };
    assert_eq!(
        (reset.reason, reset.remark.as_str()),
        (ResetReason::Stolen, "")
    );
    let ways: Vec<_> = face
        .questions()
        .into_iter()
        .filter_map(|asked| match asked {
            Question::AccountReset(AccountResetQuestion::Way { means, vouched, .. }) => {
                Some((means, vouched.map(|by| by.by)))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        ways,
        [(AwayMeans::Video, Some("B. Eheerder".to_owned()))],
        "the number is gone"
    );
    release(&service.two, reset.id).await.expect("released");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_while_it_is_asked_for_who_is_away_is_asked_for_once() {
    each_mishap_of(
        service(120).await,
        async |_, desk, n, _| {
            plays(desk, async |desk: &mut FaultyDesk<StationDesk>| {
                account_reset::ask_away(desk, &person(n), wish()).await
            })
            .await
        },
        async |_, _| None,
        async |service, n, _, when| {
            if let Err(stop) = ask_away(&service.one, &person(n)).await {
                let refusal = stop.refusal();
                assert_eq!(refusal, Some(problem_code::RESET_OPEN), "{when}: {stop:?}");
            }
            let open = service.open(n).await.unwrap_or_else(|| panic!("{when}"));
            assert_eq!(
                (open.state, open.away),
                (ResetState::Requested, true),
                "{when}"
            );
            assert_eq!(service.live_on_keys(n).await, 1, "{when}");
        },
        false,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_while_it_is_carried_out_who_is_away_has_all_or_an_exception() {
    each_mishap_of(
        service(120).await,
        async |_, desk, _, reset| {
            let reset = reset.expect("released");
            plays(desk, async |desk: &mut FaultyDesk<StationDesk>| {
                account_reset::except(desk, reset).await
            })
            .await
        },
        async |service, n| {
            let reset = ask_away(&service.one, &person(n)).await.expect("asked for");
            release(&service.two, reset).await.expect("released");
            Some(reset)
        },
        async |service, n, reset, when| {
            let left = service.live_on_keys(n).await;
            let open = service.open(n).await;
            assert_eq!(left, usize::from(open.is_some()), "{when}");
            if let Err(stop) = except(&service.one, reset.expect("released")).await {
                let refusal = stop.refusal();
                assert_eq!(refusal, Some(problem_code::RESET_OVER), "{when}: {stop:?}");
            }
            begun::is_recorded_once(&service.one, reset.expect("released"), when);
            comes(service, n, when).await;
        },
        false,
    )
    .await;
}
