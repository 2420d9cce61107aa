//! Files of people: all of it or nothing, and every wrong line named.

use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use keydesk::domain::PersonKind;
use keydesk::server::import::{Format, ImportError, Imported, MAX_REPORTED, import_file};
use keydesk::server::init;
use proptest::prelude::*;

use super::world::{PEOPLE, World, config, write};

async fn import(dir: &Path, name: &str, text: impl AsRef<[u8]>) -> Result<Imported, ImportError> {
    let file = write(dir, name, text);
    let format = Format::of(&file).unwrap();
    let db = dir.join("registry.db");
    if !db.exists() {
        init(&config(dir), Timestamp::now()).await.unwrap();
    }
    import_file(&db, &file, format).await
}

/// The wrong lines, as `line: reason`.
fn wrong(result: Result<Imported, ImportError>) -> Vec<String> {
    match result {
        Err(ImportError::Lines { lines, .. }) => lines.iter().map(ToString::to_string).collect(),
        other => panic!("{other:?}"),
    }
}

async fn people_in(dir: &Path) -> i64 {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.join("registry.db"));
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM person) + (SELECT count(*) FROM organisation) \
                        + (SELECT count(*) FROM appointment) + (SELECT count(*) FROM person_text)",
    )
    .fetch_one(&pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_good_file_is_imported_and_importing_it_again_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let expected = Imported {
        organisations: 3,
        people: 4,
        appointments: 0,
    };
    for _ in 0..2 {
        assert_eq!(
            import(dir.path(), "people.csv", PEOPLE).await.unwrap(),
            expected
        );
        assert_eq!(people_in(dir.path()).await, 3 + 4 + 4);
    }
}

/// Where people are reached: what is in use, and since when another one is, or none.
async fn reached(dir: &Path) -> Vec<String> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.join("registry.db"));
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query_scalar(
        "SELECT person || ' ' || sort || ' ' || value || iif(until_ms IS NULL, '', ' before') FROM contact \
         ORDER BY person, sort, until_ms IS NOT NULL, number",
    )
    .fetch_all(&pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn what_a_file_does_not_say_of_how_people_are_reached_stays_and_what_another_takes_the_place_of_is_kept()
 {
    let dir = tempfile::tempdir().unwrap();
    let whole = "id,name,kind,email,second_email,phone,language\nu-1,J. Jansen,unaffiliated,j@example.test,j@home.test,+31 6 1234 5678,nl\n";
    let all = [
        "u-1 email j@example.test",
        "u-1 language nl",
        "u-1 phone +31612345678",
        "u-1 second-email j@home.test",
    ];
    // A file as it was before there was any of that says nothing of it.
    let old = "id,name,kind,email\nu-1,J. Jansen,unaffiliated,j@example.test\n";
    for file in [whole, old, whole] {
        import(dir.path(), "people.csv", file).await.unwrap();
        assert_eq!(reached(dir.path()).await, all);
    }
    let other = "id,name,kind,email,second_email,phone,language\nu-1,J. Jansen,unaffiliated,jj@example.test,-,+31687654321,\n";
    import(dir.path(), "people.csv", other).await.unwrap();
    let now = [
        "u-1 email jj@example.test",
        "u-1 email j@example.test before",
        "u-1 language nl",
        "u-1 phone +31687654321",
        "u-1 phone +31612345678 before",
        "u-1 second-email j@home.test before",
    ];
    assert_eq!(reached(dir.path()).await, now);
}

/// Who is told of that.
async fn told(dir: &Path) -> Vec<(String, String)> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.join("registry.db"));
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let told = "SELECT kind, person FROM notice ORDER BY number";
    sqlx::query_as(told).fetch_all(&pool).await.unwrap()
}

/// Whoever has the file changed would be told of all else in their place.
#[tokio::test]
async fn whoever_is_reached_elsewhere_from_now_on_is_told_and_for_an_administrator_their_peers() {
    let dir = tempfile::tempdir().unwrap();
    let file = |mine: &str, phone: &str, language: &str| {
        format!(
            "record,id,name,kind,email,phone,language,organisation,country\n\
             organisation,o-1,Exemple,,,,,,FR\n\
             person,u-1,A. Dmin,main-administrator,{mine},{phone},{language},o-1,\n\
             person,u-2,O. Ther,user-administrator,o@example.test,,,o-1,\n\
             person,u-3,E. Mployee,employee,e@example.test,,,o-1,\n"
        )
    };
    for same in [
        file("a@example.test", "", ""),
        file("a@example.test", "", "nl"),
        file("A@example.test", "", "nl"),
    ] {
        import(dir.path(), "people.csv", same).await.unwrap();
        assert_eq!(told(dir.path()).await, [], "nobody is reached elsewhere");
    }
    let both = ["u-1", "u-2"].map(|who| ("contact-changed".to_owned(), who.to_owned()));
    let other = file("aa@example.test", "", "nl");
    import(dir.path(), "people.csv", &other).await.unwrap();
    assert_eq!(told(dir.path()).await, both);
    import(dir.path(), "people.csv", &other).await.unwrap();
    assert_eq!(told(dir.path()).await, both, "once");
    let called = file("aa@example.test", "+31612345678", "nl");
    import(dir.path(), "people.csv", called).await.unwrap();
    assert_eq!(told(dir.path()).await.len(), 4, "also of a number");
}

#[tokio::test]
async fn spreadsheets_mark_separate_and_quote_in_their_own_ways() {
    let dir = tempfile::tempdir().unwrap();
    let text = "\u{feff}id;name;kind;email\r\n\"u-1\";\"Jansen; J. \"\"Jan\"\"\";unaffiliated;j@example.test\r\n;;;\r\n\r\n";
    let imported = import(dir.path(), "people.csv", text).await.unwrap();
    assert_eq!(imported.people, 1);
}

#[tokio::test]
async fn the_same_records_come_as_json() {
    let dir = tempfile::tempdir().unwrap();
    let text = r#"[
      {"record": "appointment", "person": "p-1", "at": "2026-11-22T14:30:00+01:00"},
      {"record": "person", "id": "p-1", "name": "P. Example", "kind": "employee", "employee_number": 1017, "organisation": "12345678"},
      {"record": "organisation", "id": "org-1", "name": "Example Shipping", "coc_number": "12345678", "country": null}
    ]"#;
    let expected = Imported {
        organisations: 1,
        people: 1,
        appointments: 1,
    };
    assert_eq!(
        import(dir.path(), "people.json", text).await.unwrap(),
        expected
    );
}

#[tokio::test]
async fn every_wrong_line_is_named_with_its_reason_and_nothing_is_imported() {
    let dir = tempfile::tempdir().unwrap();
    import(dir.path(), "people.csv", PEOPLE).await.unwrap();
    let before = people_in(dir.path()).await;
    let text = "\
record,id,name,kind,email,employee_number,organisation,coc_number,country,person,at
organisation,org-8,Good Shipping,,,,,11111111,NL,,
organisation,org-9,Short Number,,,,,1234567,NL,,
person,p-8,A. Good,employee,good@example.test,,org-8,,,,
person,p-9,No Organisation,employee,n@example.test,,,,,,
person,p-10,Should Have None,unaffiliated,s@example.test,,org-8,,,,
person,p-11,Odd Kind,boss,o@example.test,,org-8,,,,
person,p-12,Taken Mail,employee,GOOD@example.test,,org-8,,,,
person,p-13,Known Mail,unaffiliated,t@example.test,,,,,,
person,p-14,No Such,employee,x@example.test,,org-77,,,,
person,p-15,Of A Wrong One,employee,w15@example.test,,org-9,,,,
person,p 16,Bad Id,unaffiliated,b@example.test,,,,,,
person,p-17,Bad Mail,unaffiliated,nomail,,,,,,
person,p-8,Twice,unaffiliated,,,,,,,
appointment,,,,,,,,,p-99,2026-11-22T10:00:00Z
appointment,,,,,,,,,p-8,tomorrow
visit,x,,,,,,,,,
person,p-18,\"Two
Lines\",unaffiliated,,,,,,,
person,p-19,Too Few
";
    let found = wrong(import(dir.path(), "bad.csv", text).await);
    let expected = [
        "line 3: coc_number is \"1234567\": a Dutch one has eight digits",
        "line 5: organisation is missing: employee belongs to one",
        "line 6: organisation is given, but unaffiliated belongs to none",
        "line 7: kind is \"boss\": it must be one of employee, user-administrator, main-administrator, unaffiliated, authorised-representative",
        "line 8: email GOOD@example.test is person p-8's already",
        "line 9: email t@example.test is person p-3's already",
        "line 10: there is no organisation \"org-77\", neither in this file nor in the registry",
        "line 12: id is \"p 16\": use at most 64 letters, digits, '-', '_' and '.'",
        "line 13: email is \"nomail\": that is no e-mail address",
        "line 14: person p-8 is on line 4 already",
        "line 15: there is no person p-99, neither in this file nor in the registry",
        "line 16: at is \"tomorrow\": write it as 2026-11-22T14:30:00+01:00",
        "line 17: record is \"visit\": it must be organisation, person or appointment",
        "line 18: name has control characters or line breaks in it",
        "line 20: has 3 values, the heading names 11",
    ];
    assert_eq!(found, expected);
    assert_eq!(people_in(dir.path()).await, before);
}

#[tokio::test]
async fn a_json_record_is_named_by_the_line_on_which_it_begins() {
    let dir = tempfile::tempdir().unwrap();
    let text = "[\n  {\"id\": \"u-1\", \"name\": \"Good\", \"kind\": \"unaffiliated\"},\n\n  {\n    \"id\": \"u-2\",\n    \"kind\": \"unaffiliated\"\n  },\n  {\"id\": [1], \"nome\": \"x\"}\n]";
    let found = wrong(import(dir.path(), "bad.json", text).await);
    let expected = [
        "line 4: name is missing",
        "line 8: id must be a text",
        "line 8: \"nome\" is not a name that is known here",
    ];
    assert_eq!(found, expected);
    assert_eq!(people_in(dir.path()).await, 0);
    let named_by_escapes = r#"[{"\u001b[2J": [1]}, {"nmae": null}]"#;
    let found = wrong(import(dir.path(), "escapes.json", named_by_escapes).await);
    let expected = [
        r#"line 1: "\u{1b}[2J" is not a name that is known here"#,
        r#"line 1: "nmae" is not a name that is known here"#,
    ];
    assert_eq!(found, expected);
    let found = wrong(import(dir.path(), "cut.json", "[\n{\"id\": \"u-1\",").await);
    assert!(
        found.first().unwrap().starts_with("line 2: EOF"),
        "{found:?}"
    );
    let found = wrong(import(dir.path(), "object.json", "{}").await);
    assert!(
        found.first().unwrap().contains("an array of records"),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_csv_record_is_named_by_the_line_on_which_it_begins_whatever_ends_the_lines() {
    let dir = tempfile::tempdir().unwrap();
    for end in ["\n", "\r\n", "\r"] {
        let lines = [
            "",
            "id;name;kind",
            "u-1;\"Two",
            "lines\";unaffiliated",
            "",
            "",
            "u-2;few",
            "u-3;A;nobody",
        ];
        let found = wrong(import(dir.path(), "ends.csv", lines.join(end)).await);
        let named: Vec<_> = found.iter().map(|fault| fault.get(..7).unwrap()).collect();
        assert_eq!(
            named,
            ["line 3:", "line 7:", "line 8:"],
            "{end:?}: {found:?}"
        );
    }
}

#[tokio::test]
async fn a_header_that_does_not_fit_is_refused_before_anything_else() {
    let dir = tempfile::tempdir().unwrap();
    let found = wrong(import(dir.path(), "a.csv", "id,nmae\nu-1,x\n").await);
    assert!(
        found
            .first()
            .unwrap()
            .starts_with("line 1: \"nmae\" is not a column"),
        "{found:?}"
    );
    let found = wrong(import(dir.path(), "b.csv", "id,id\n").await);
    assert_eq!(found, ["line 1: the column \"id\" is there twice"]);
    let found = wrong(import(dir.path(), "c.csv", "").await);
    assert!(
        found.first().unwrap().contains("must name columns"),
        "{found:?}"
    );
}

#[tokio::test]
async fn of_very_many_wrong_lines_the_first_are_named_and_the_others_counted() {
    let dir = tempfile::tempdir().unwrap();
    let mut text = "id,name,kind\n".to_owned();
    for number in 0..1000 {
        text.push_str(&format!("u-{number},N. Ame,nobody\n"));
    }
    let refusal = import(dir.path(), "many.csv", text).await;
    let words = refusal.as_ref().unwrap_err().to_string();
    assert!(
        words.contains("1000 faults, of which the first 100\nline 2: kind"),
        "{words}"
    );
    match refusal {
        Err(ImportError::Lines { lines, more, .. }) => {
            assert_eq!((lines.len(), more), (MAX_REPORTED, 1000 - MAX_REPORTED));
            assert_eq!(lines.first().unwrap().line, 2);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_file_can_be_imported_while_the_registry_serves() {
    let world = World::new().await;
    let text = "id,name,kind\nnew-1,Fresh Arrival,unaffiliated\n";
    import(world.dir.path(), "new.csv", text).await.unwrap();
    let found = world
        .client
        .find_people(&world.session, "fresh", 5)
        .await
        .unwrap();
    let person = found.people.first().unwrap();
    assert_eq!(
        (person.id.as_str(), person.kind),
        ("new-1", PersonKind::Unaffiliated)
    );
}

/// So many people of one organisation, the first with that number.
fn many(first: usize, count: usize) -> String {
    let mut text = String::from("record,id,name,kind,email,organisation,coc_number\n");
    text.push_str("organisation,o-many,Many Hands,,,,55554444\n");
    for n in first..first + count {
        text.push_str(&format!(
            "person,m-{n},Worker Number{n},employee,w{n}@many.example,o-many,\n"
        ));
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_many_people_are_imported_whoever_else_writes_hardly_waits() {
    let world = World::new().await;
    let (dir, db) = (world.dir.path().to_owned(), world.db());
    let file = write(&dir, "many.csv", many(0, 4000));
    let import = tokio::spawn(async move { import_file(&db, &file, Format::Csv).await });
    let (mut longest, mut written) = (Duration::ZERO, 0);
    while !import.is_finished() {
        let began = Instant::now();
        world.test_offer("p-1").await;
        longest = longest.max(began.elapsed());
        written += 1;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(import.await.unwrap().unwrap().people, 4000);
    assert!(
        longest < Duration::from_millis(1500),
        "{longest:?} of {written}"
    );
    assert!(written > 10, "{written}");
    let found = world
        .client
        .find_people(&world.session, "many number3999", 5);
    assert_eq!(found.await.unwrap().people.len(), 1);
}

#[tokio::test]
async fn what_fits_only_in_the_order_of_the_file_is_judged_and_written_in_that_order() {
    let dir = tempfile::tempdir().unwrap();
    let head = "id,name,kind,email\n";
    let (one, two) = ("a,A One,unaffiliated", "b,B Two,unaffiliated");
    let first = format!("{head}{one},x@example.org\n");
    import(dir.path(), "a.csv", first).await.unwrap();
    let taken = format!("{head}{two},X@example.org\n{one},y@example.org\n");
    let why = wrong(import(dir.path(), "b.csv", taken).await);
    assert_eq!(why, ["line 2: email X@example.org is person a's already"]);
    let given = format!("{head}{one},y@example.org\n{two},X@example.org\n");
    import(dir.path(), "c.csv", given).await.unwrap();
    // Each is found, too.
    assert_eq!(people_in(dir.path()).await, 4);
}

#[tokio::test]
async fn whoever_belongs_to_a_renamed_organisation_is_found_by_its_new_name_also_after_a_cut() {
    let mut world = World::new().await;
    let file = write(world.dir.path(), "many.csv", many(0, 300));
    import_file(&world.db(), &file, Format::Csv).await.unwrap();
    let renamed = many(0, 0).replace("Many Hands", "Light Work");
    let file = write(world.dir.path(), "renamed.csv", renamed);
    import_file(&world.db(), &file, Format::Csv).await.unwrap();
    let count = async |world: &World, text: &str| {
        let found = world.client.find_people(&world.session, text, 100);
        found.await.unwrap().people.len()
    };
    assert_eq!(count(&world, "light work").await, 100);
    assert_eq!(count(&world, "many hands").await, 0);
    // Cut off between two portions: the registry ends it.
    world.sql("DELETE FROM person_text").await;
    world
        .sql("INSERT INTO person_unindexed SELECT number FROM person")
        .await;
    assert_eq!(count(&world, "light work").await, 0);
    world.restart().await;
    assert_eq!(count(&world, "light number299").await, 1);
}

#[tokio::test]
async fn two_imports_at_once_are_one_and_a_refusal() {
    let dir = tempfile::tempdir().unwrap();
    import(dir.path(), "a.csv", many(0, 1)).await.unwrap();
    let lock = std::fs::File::open(dir.path().join("registry.db-import")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let busy = import(dir.path(), "b.csv", many(1, 1)).await;
    assert!(matches!(busy, Err(ImportError::Busy)), "{busy:?}");
    drop(lock);
    import(dir.path(), "b.csv", many(1, 1)).await.unwrap();
}

#[tokio::test]
async fn people_are_found_by_any_beginning_of_their_words_and_told_apart() {
    let world = World::new().await;
    let ids = async |text: &str| -> Vec<String> {
        let found = world
            .client
            .find_people(&world.session, text, 10)
            .await
            .unwrap();
        found
            .people
            .iter()
            .map(|person| person.id.to_string())
            .collect()
    };
    assert_eq!(ids("zoe").await, ["p-4"]);
    assert_eq!(ids("ZOË ostergard").await, ["p-4"]);
    assert_eq!(ids("lucz").await, ["p-4"]);
    assert_eq!(ids("w@example.test").await, ["p-2"]);
    assert_eq!(ids("1017").await, ["p-1"]);
    assert_eq!(ids("12345678").await, ["p-1"]);
    assert_eq!(ids("exam ship").await, ["p-1"]);
    assert_eq!(ids("example").await.len(), 3);
    // A letter alone finds nobody, and says who is meant.
    assert_eq!(ids("P. Example").await, ["p-1", "p-2", "p-3"]);
    assert_eq!(ids("w ex").await[0], "p-2");
    assert_eq!(ids("t. ex").await[0], "p-3");
    assert!(ids("xample").await.is_empty());
    assert!(ids("\" OR name:*").await.is_empty());
    assert!(ids("").await.is_empty());
    let found = world
        .client
        .find_people(&world.session, "example", 2)
        .await
        .unwrap();
    assert!(found.more);
    let organisations: Vec<_> = found
        .people
        .iter()
        .map(|person| person.organisation.as_ref().map(|one| one.name.as_str()))
        .collect();
    assert!(
        organisations.contains(&Some("Example Shipping")),
        "{organisations:?}"
    );
}

fn on_a_runtime<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_in_a_file_it_is_imported_whole_or_not_at_all(
        noise in proptest::collection::vec(any::<u8>(), 0..200),
        at in 0usize..PEOPLE.len(),
        json in any::<bool>(),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut bytes = if json {
            br#"[{"id":"u-1","name":"A","kind":"unaffiliated"},{"id":"u-2","name":"B","kind":"unaffiliated"}]"#.to_vec()
        } else {
            PEOPLE.as_bytes().to_vec()
        };
        let at = at.min(bytes.len());
        bytes.splice(at..at, noise);
        let name = if json { "noise.json" } else { "noise.csv" };
        on_a_runtime(async {
            let imported = import(dir.path(), name, &bytes).await;
            let rows = people_in(dir.path()).await;
            match imported {
                Ok(Imported { organisations, people, appointments }) => {
                    // Each person also has a line in the index.
                    let all = organisations + 2 * people + appointments;
                    assert_eq!(rows, i64::try_from(all).unwrap());
                }
                Err(_) => assert_eq!(rows, 0),
            }
        });
    }
}
