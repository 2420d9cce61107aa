//! Whatever is done to one row of a chain is found.

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

/// What is done to a chain behind its back.
#[derive(Debug, Clone)]
enum Tamper {
    Number(i64),
    At(i64),
    Station(Option<String>),
    Operator(Option<String>),
    Action(String),
    Subject(String),
    Detail(String),
    Hash(u8),
    /// From one text to the next one: what is hashed end to end would not tell.
    Shift,
    Delete,
    /// With the numbers made good, as somebody would who hopes that only these are looked at.
    DeleteAndRenumber,
    Swap(Index),
    SwapAndRenumber(Index),
    Duplicate,
    Insert(String),
    Cut,
    /// All that follows is computed anew, as only somebody can who knows the form.
    Rewrite(String),
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-c]{1,3}", "\\PC{0,6}"]
}

fn tamper() -> impl Strategy<Value = Tamper> {
    let any_text = || proptest::option::of(text());
    prop_oneof![
        (-3_i64..20).prop_map(Tamper::Number),
        (0_i64..4).prop_map(Tamper::At),
        any_text().prop_map(Tamper::Station),
        any_text().prop_map(Tamper::Operator),
        text().prop_map(Tamper::Action),
        text().prop_map(Tamper::Subject),
        text().prop_map(Tamper::Detail),
        any::<u8>().prop_map(Tamper::Hash),
        Just(Tamper::Shift),
        Just(Tamper::Delete),
        Just(Tamper::DeleteAndRenumber),
        any::<Index>().prop_map(Tamper::Swap),
        any::<Index>().prop_map(Tamper::SwapAndRenumber),
        Just(Tamper::Duplicate),
        text().prop_map(Tamper::Insert),
        Just(Tamper::Cut),
        text().prop_map(Tamper::Rewrite),
    ]
}

prop_compose! {
    fn line()(
        at_ms in 0_i64..4,
        station in proptest::option::of(text()),
        operator in proptest::option::of(text()),
        action in text(),
        subject in text(),
        detail in text(),
    ) -> Row {
        Row {
            number: 0,
            at: Timestamp::from_millisecond(at_ms).expect("in range"),
            station, operator, action, subject, detail,
            hash: Hash::default(),
        }
    }
}

/// Numbers and chains them, from that row on.
fn chained(rows: &mut [Row], from: usize) {
    let mut last = match from.checked_sub(1).and_then(|before| rows.get(before)) {
        Some(row) => Head {
            number: row.number,
            hash: row.hash,
        },
        None => Head::default(),
    };
    for row in rows.iter_mut().skip(from) {
        row.number = last.number + 1;
        row.hash = link(&last.hash, (row.number, row.at), &row.line());
        last = Head {
            number: row.number,
            hash: row.hash,
        };
    }
}

fn walked(rows: &[Row], noted: Option<Head>) -> Result<Head, Broken> {
    let mut walk = Walk::new(noted);
    for row in rows {
        walk.step(row)?;
    }
    walk.end()
}

fn renumber(rows: &mut [Row]) {
    for (number, row) in (1..).zip(rows) {
        row.number = number;
    }
}

fn tampered(rows: &[Row], at: usize, how: Tamper) -> Vec<Row> {
    let mut rows = rows.to_vec();
    let row = &mut rows[at];
    match how {
        Tamper::Number(number) => row.number = number,
        Tamper::At(ms) => row.at = Timestamp::from_millisecond(ms).expect("in range"),
        Tamper::Station(station) => row.station = station,
        Tamper::Operator(operator) => row.operator = operator,
        Tamper::Action(action) => row.action = action,
        Tamper::Subject(subject) => row.subject = subject,
        Tamper::Detail(detail) => row.detail = detail,
        Tamper::Hash(byte) => row.hash.0[usize::from(byte) % 32] ^= byte,
        Tamper::Shift => {
            let first = row.subject.pop();
            row.detail = first.into_iter().chain(row.detail.chars()).collect();
        }
        Tamper::Delete => drop(rows.remove(at)),
        Tamper::DeleteAndRenumber => {
            rows.remove(at);
            renumber(&mut rows);
        }
        Tamper::Swap(other) => {
            let other = other.index(rows.len());
            rows.swap(at, other);
        }
        Tamper::SwapAndRenumber(other) => {
            let other = other.index(rows.len());
            rows.swap(at, other);
            renumber(&mut rows);
        }
        Tamper::Duplicate => rows.insert(at, rows[at].clone()),
        Tamper::Insert(detail) => {
            let mut new = rows[at].clone();
            new.detail = detail;
            rows.insert(at, new);
            renumber(&mut rows);
        }
        Tamper::Cut => rows.truncate(at),
        Tamper::Rewrite(detail) => {
            row.detail = detail;
            chained(&mut rows, at);
        }
    }
    rows
}

proptest! {
    #[test]
    fn whatever_is_done_to_one_row_is_found_by_the_chain_and_the_head_that_was_noted(
        rows in proptest::collection::vec(line(), 1..12),
        at in any::<Index>(),
        how in tamper(),
    ) {
        let mut rows = rows;
        chained(&mut rows, 0);
        let head = walked(&rows, None).expect("whole");
        prop_assert_eq!(walked(&rows, Some(head)), Ok(head));
        let at = at.index(rows.len());
        let broken = tampered(&rows, at, how);
        prop_assume!(broken != rows);
        let first = rows.iter().zip(&broken).take_while(|(a, b)| a == b).count();
        let found = walked(&broken, Some(head)).expect_err("it is found");
        // Named is the first row that differs, or the one that was noted.
        let row = usize::try_from(found.row()).expect("a row");
        match found {
            Broken::Rewritten(_) => prop_assert_eq!(row, rows.len()),
            _ => prop_assert_eq!(row, first + 1, "{}", found),
        }
    }

    #[test]
    fn a_row_comes_back_from_its_line_as_it_was(rows in proptest::collection::vec(line(), 1..6)) {
        let mut rows = rows;
        chained(&mut rows, 0);
        for row in &rows {
            let line = serde_json::to_string(row).expect("a line");
            prop_assert!(!line.contains('\n'));
            prop_assert_eq!(&serde_json::from_str::<Row>(&line).expect("reads"), row);
        }
    }
}

#[test]
fn the_form_is_the_one_that_was_chosen_once() {
    let line = Line {
        station: Some("s"),
        operator: None,
        action: "enrol",
        subject: "p-1",
        detail: "",
    };
    let at = Timestamp::from_millisecond(1_700_000_000_123).expect("in range");
    // Computed by another program of the form that docs/SECURITY.md writes down.
    let expected = "e580b9375a87c11dad2f933204c3081c1662ebadf02f22311632af1973c4a35b";
    assert_eq!(link(&Hash::default(), (1, at), &line).to_string(), expected);
}

#[test]
fn a_head_is_read_as_it_is_printed_and_nothing_else_is() {
    let head = Head {
        number: 12,
        hash: Hash([0xab; 32]),
    };
    assert_eq!(head.to_string().parse(), Ok(head));
    assert_eq!(format!(" {head}\n").parse(), Ok(head));
    for wrong in [
        "",
        "12",
        "ab:12",
        &head.to_string()[1..],
        &format!("{}:-1", head.hash),
    ] {
        assert!(wrong.parse::<Head>().is_err(), "{wrong}");
    }
}

#[test]
fn a_head_before_the_first_row_is_met_by_every_chain_and_another_one_of_that_number_by_none() {
    assert_eq!(walked(&[], Some(Head::default())), Ok(Head::default()));
    let other = Head {
        number: 0,
        hash: Hash([1; 32]),
    };
    assert_eq!(walked(&[], Some(other)), Err(Broken::Rewritten(0)));
}
