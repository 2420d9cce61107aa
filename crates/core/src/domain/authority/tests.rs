//! What the matrix decides, and that it has no holes.

use super::matrix::MATRIX;
use super::*;

#[test]
fn a_refusal_says_who_may() {
    let refusal = Role::CustomerService
        .may(Action::Enrol)
        .expect_err("refused");
    assert_eq!(refusal.role, Role::CustomerService);
    let may = refusal.may.expect("somebody may");
    assert_eq!(may.done_by, [Role::HelpDesk, Role::StationAdministrator]);
    assert!(Role::HelpDesk.may(Action::Enrol).is_ok());
}

#[test]
fn customer_service_asks_for_resets_and_a_desk_carries_out_what_administrators_ask() {
    assert_eq!(Role::ALL.map(asks_to_replace), [false, false, true]);
    let carries_out = Role::ALL.map(carries_out_for_administrators);
    assert_eq!(carries_out, [true, true, false]);
}

#[test]
fn each_kind_of_person_has_those_who_may_reset_their_key() {
    use PersonKind::*;
    let may = |role: Role, kinds: &[PersonKind]| role.may_reset_key_of(kinds).is_ok();
    let [desk, station, service] = Role::ALL;
    for (kinds, expected) in [
        (&[][..], [true, true, false]),
        (&[Employee], [true, false, false]),
        (&[UserAdministrator], [true, false, false]),
        (&[AuthorisedRepresentative], [false, false, true]),
        (&[MainAdministrator], [false, false, true]),
        (&[Unaffiliated], [false, false, true]),
        // A key that two of them share is nobody's to reset alone.
        (&[Employee, MainAdministrator], [false, false, false]),
    ] {
        let found = [desk, station, service].map(|role| may(role, kinds));
        assert_eq!(found, expected, "{kinds:?}");
    }
    let refusal = desk.may_reset_key_of(&[MainAdministrator]).expect_err("no");
    let may = refusal.may.expect("somebody may");
    assert_eq!(may.done_by, [Role::CustomerService]);
}

#[test]
fn every_act_is_anybodys_or_has_a_row_for_everybody_whom_it_can_be_done_to() {
    for row in MATRIX {
        let same = MATRIX.iter().filter(|other| other.act == row.act);
        let whom: Vec<Whom> = same.map(|row| row.whom).collect();
        match row.act {
            Action::ResetKey => assert_eq!(whom, [Whom::Nobody, Whom::Member, Whom::Served]),
            Action::Enrol | Action::EnrolApp => {
                assert_eq!(whom, [Whom::Nobody, Whom::Member, Whom::Served]);
            }
            Action::ReplaceLost | Action::GiveUp => {
                assert_eq!(whom, [Whom::Member, Whom::Served]);
            }
            // The others fetch theirs.
            Action::Lend => assert_eq!(whom, [Whom::Member]),
            act => assert_eq!(whom, [Whom::Anybody], "{act:?}"),
        }
        assert!(!row.done_by.is_empty(), "{row:?}");
    }
}

#[test]
fn whoever_lost_all_is_served_on_an_administrators_asking_or_with_a_second_agents_release() {
    use PersonKind::*;
    let replaces = |role, kind| decide(role, Action::ReplaceLost, Some(kind));
    for kind in [Employee, UserAdministrator] {
        let Decision::Allowed(row) = replaces(Role::HelpDesk, kind) else {
            panic!("{kind:?}");
        };
        assert_eq!(row.asked_by, Asker::Administrator);
    }
    for kind in [MainAdministrator, AuthorisedRepresentative, Unaffiliated] {
        let decision = replaces(Role::CustomerService, kind);
        assert!(
            matches!(decision, Decision::NeedsRelease(_)),
            "{decision:?}"
        );
        let may = decision.at_once().expect_err("not now").may;
        assert_eq!(
            may.expect("somebody may").released_by,
            Releaser::SecondAgent
        );
    }
    for (role, kind) in [
        (Role::CustomerService, Employee),
        (Role::HelpDesk, MainAdministrator),
        (Role::StationAdministrator, Unaffiliated),
    ] {
        let refused = replaces(role, kind);
        assert!(matches!(refused, Decision::Refused(_)), "{refused:?}");
    }
}

#[test]
fn customer_service_enrols_for_whom_it_answers_and_asks_for_their_resets() {
    use PersonKind::*;
    for kind in PersonKind::ALL {
        let served = matches!(
            kind,
            MainAdministrator | AuthorisedRepresentative | Unaffiliated
        );
        let agent = Role::CustomerService;
        for act in [Action::Enrol, Action::EnrolApp] {
            assert_eq!(agent.may_for(act, kind).is_ok(), served, "{kind:?}");
            for desk in [Role::HelpDesk, Role::StationAdministrator] {
                assert_eq!(desk.may_for(act, kind), Ok(()));
            }
        }
        let asks = |role| may_ask(role, Action::ReplaceLost, kind).is_ok();
        assert_eq!(asks(agent), served, "{kind:?}");
        assert!(!asks(Role::HelpDesk) && !asks(Role::StationAdministrator));
        let carried_out = decide(agent, Action::ReplaceLost, Some(kind));
        assert_eq!(carried_out.once_released().is_ok(), served, "{kind:?}");
    }
}

#[test]
fn the_last_factor_is_taken_by_a_reset_only_and_the_refusal_says_whose_that_is() {
    let person = crate::domain::Person {
        id: crate::domain::PersonId::new("p-1"),
        name: "M. Example".to_owned(),
        email: None,
        employee_number: None,
        kind: PersonKind::MainAdministrator,
        organisation: None,
        keys: 1,
        apps: 0,
        lost: Default::default(),
    };
    assert_eq!(may_take(1, &person), Ok(()));
    let may = may_take(0, &person).expect_err("the last").may;
    assert_eq!(may.expect("somebody may").done_by, [Role::CustomerService]);
}

#[test]
fn a_desk_lends_to_employees_and_user_administrators_only_and_never_alone() {
    use PersonKind::*;
    for kind in PersonKind::ALL {
        for role in Role::ALL {
            let decision = decide(role, Action::Lend, Some(kind));
            let member = matches!(kind, Employee | UserAdministrator);
            let desk = role != Role::CustomerService;
            let what = format!("{role:?}, {kind:?}: {decision:?}");
            match decision {
                Decision::NeedsRelease(why) => {
                    assert!(member && desk, "{what}");
                    let row = why.may.expect("a row");
                    assert_eq!(row.released_by, Releaser::SecondMember, "{what}");
                    assert_eq!(row.conditions, [Condition::NotOnesOwn], "{what}");
                }
                Decision::Refused(why) => {
                    assert!(!(member && desk), "{what}");
                    assert_eq!(why.may.is_some(), member, "{what}");
                }
                Decision::Allowed(_) => panic!("{what}"),
            }
        }
    }
}
