//! Who asks for whom on the pages, as a table: every kind of person signs in who can, and asks for every kind, of the same organisation,
//! of another, of none, and for themself; by the form that is shown, and by one that was shown for somebody else.

use keydesk::domain::PersonKind;
use keydesk::server::import::{Format, import_file};

use super::*;

/// One of every kind in each of two organisations, and whoever belongs to none.
fn people() -> String {
    let mut people = String::from(
        "record,id,name,kind,email,organisation,coc_number\n\
         organisation,org-8,Example Towage,,,,88888888\n\
         organisation,org-9,Example Dredging,,,,99999999\n\
         person,none,N. Example,unaffiliated,,,\n",
    );
    for organisation in ["8", "9"] {
        for kind in members() {
            let kind = kind.as_str();
            people.push_str(&format!(
                "person,{organisation}-{kind},M. Example,{kind},,org-{organisation},\n"
            ));
        }
    }
    people
}

fn members() -> impl Iterator<Item = PersonKind> {
    let kinds = PersonKind::ALL.into_iter();
    kinds.filter(|kind| kind.belongs_to_organisation())
}

/// As docs/DOMAIN.md, "Who may reset whom", says it.
const ASK: [PersonKind; 2] = [PersonKind::UserAdministrator, PersonKind::MainAdministrator];
const ARE_ASKED_FOR: [PersonKind; 2] = [PersonKind::Employee, PersonKind::UserAdministrator];

#[tokio::test]
async fn an_administrator_asks_for_those_of_their_own_organisation_whom_the_table_names_and_for_nobody_else()
 {
    let world = World::with(with_pages).await;
    let file = crate::registry::world::write(world.dir.path(), "matrix.csv", people());
    import_file(&world.db(), &file, Format::Csv)
        .await
        .expect("imports");
    let mut subjects = vec![("none".to_owned(), "none", PersonKind::Unaffiliated)];
    for organisation in ["8", "9"] {
        subjects.extend(members().map(|kind| {
            let id = format!("{organisation}-{}", kind.as_str());
            (id, organisation, kind)
        }));
    }
    let mut asked = 0;
    for (seed, asker) in (30..).zip(members()) {
        let id = format!("9-{}", asker.as_str());
        let mut key = Authenticator::new(seed);
        world.enrolled(&id, &mut key).await;
        let mut browser = Browser::new(&world);
        let answer = browser
            .key(("/sign-in", "/sign-in/key"), &mut key, &[])
            .await;
        assert_eq!(answer.status == 303, ASK.contains(&asker), "{asker:?}");
        if answer.status != 303 {
            continue;
        }
        // A form that was made for somebody for whom they may ask.
        let right = "/people/9-employee/reset";
        let form = browser.get(right).await.form(right);
        for (subject, organisation, kind) in &subjects {
            let due = *organisation == "9" && ARE_ASKED_FOR.contains(kind) && *subject != id;
            let what = format!("{asker:?} for {subject}");
            let at = format!("/people/{subject}/reset");
            let page = browser.get(&at).await;
            let shows = page.status == 200 && page.text.contains("<form class=\"card\"");
            assert_eq!(shows, due, "{what}: {}", page.status);
            // Nobody else's person is there at all.
            assert_eq!(page.status == 404, *organisation != "9", "{what}");
            let own = match due {
                true => page.form(&at),
                false => form.clone(),
            };
            let fields = [("form", own.as_str()), ("reason", "lost")];
            let answer = browser.post(&at, &fields).await;
            assert_eq!(answer.status == 303, due, "{what}: {}", answer.status);
            asked += usize::from(due);
        }
    }
    // The employee and the other user administrator, but for oneself.
    assert_eq!(asked, 3);
}
