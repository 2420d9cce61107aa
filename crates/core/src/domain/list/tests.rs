use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Vec<(u64, Vec<String>)> {
    let rows: Result<Vec<Row<'_>>, LineFault> = rows(text, false).collect();
    let rows = rows.unwrap_or_else(|fault| panic!("{fault} in {text:?}"));
    let owned = |row: Row<'_>| (row.line, row.cells.iter().map(|c| c.to_string()).collect());
    rows.into_iter().map(owned).collect()
}

fn fault(text: &str) -> String {
    let found = rows(text, true).find_map(Result::err);
    found
        .unwrap_or_else(|| panic!("no fault in {text:?}"))
        .to_string()
}

fn cells(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn lists_are_separated_by_what_their_first_row_has_most_of() {
    for (text, wanted) in [
        (
            "a,b\nc,d",
            vec![(1, cells(&["a", "b"])), (2, cells(&["c", "d"]))],
        ),
        (
            "a;b\n1,5;2",
            vec![(1, cells(&["a", "b"])), (2, cells(&["1,5", "2"]))],
        ),
        (
            "a\tb\r\n \t d ",
            vec![(1, cells(&["a", "b"])), (2, cells(&["", "d"]))],
        ),
        ("sep=;\r\na,b;c", vec![(2, cells(&["a,b", "c"]))]),
        ("SEP=,\na;b,c", vec![(2, cells(&["a;b", "c"]))]),
        ("\"a,b,c\";d\n", vec![(1, cells(&["a,b,c", "d"]))]),
        (
            "one\ntwo\n",
            vec![(1, cells(&["one"])), (2, cells(&["two"]))],
        ),
    ] {
        assert_eq!(read(text), wanted, "{text:?}");
    }
}

#[test]
fn lines_are_numbered_as_an_editor_does_and_empty_rows_are_none() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["", "a;b", ";;", "", "\"c", "c\";d", "", "e;f", ";"].join(end);
        let lines: Vec<u64> = read(&text).iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 5, 8], "{end:?}");
    }
}

#[test]
fn quotation_marks_hold_what_separates_and_what_is_wrong_with_them_is_named() {
    let row = read("\"a \"\"b\"\"; c\" ;\"d\"\n");
    assert_eq!(row, [(1, cells(&["a \"b\"; c", "d"]))]);
    let inches = read("screen 24\",b\n");
    assert_eq!(inches, [(1, cells(&["screen 24\"", "b"]))]);
    let open = "a;b\nc;\"d\ne;f\n";
    assert_eq!(
        fault(open),
        "line 2: the quotation mark of field 2 is never closed"
    );
    let after = "a,b\n\n\"c\"d,e\nf,g\n";
    assert_eq!(
        fault(after),
        "line 3: there is text after the closing quotation mark of field 1"
    );
    assert_eq!(
        rows(after, false).filter(Result::is_ok).count(),
        2,
        "reading goes on"
    );
}

#[test]
fn remarks_are_passed_over_but_never_the_error_of_a_spreadsheet() {
    let kept: Vec<u64> = rows("# safe 3\n a\n  # b\n#\nc", true)
        .map(|row| row.map_or(0, |row| row.line))
        .collect();
    assert_eq!(kept, [2, 5]);
    for error in ["#N/A", "#REF!", "#NAAM?", "#####", "#N/A;;"] {
        let text = format!("a;b\n{error}\n");
        assert!(fault(&text).starts_with("line 2: \"#"), "{error}");
    }
}

#[test]
fn other_encodings_are_named_with_their_cure() {
    let utf_16: Vec<u8> = "p-1\np-2"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let marked: Vec<u8> = [&[0xff, 0xfe], utf_16.as_slice()].concat();
    for (bytes, line, wanted) in [
        (marked.as_slice(), 1, "UTF-16: save it as UTF-8"),
        (&utf_16, 1, "UTF-16 or UTF-32: save it as UTF-8"),
        (
            b"p-1\r\nM\xfcller",
            2,
            "the byte 0xfc is not UTF-8: the file seems to be in Latin-1",
        ),
        (b"abcdef\n\n\0", 3, "no text"),
        (b"PK\x03\x04...", 1, "export it as \"CSV UTF-8\""),
    ] {
        let fault = text(bytes).expect_err("not UTF-8");
        assert!(fault.line == line && fault.what.contains(wanted), "{fault}");
    }
    assert_eq!(text(b"\xef\xbb\xbfp-1"), Ok("p-1"));
}

#[test]
fn what_spreadsheets_and_the_invisible_make_of_a_text_is_odd() {
    use Oddity::{Control, ErrorValue, Exponent, Formula, Hidden};
    for (text, wanted) in [
        ("2.30812E+12", Exponent),
        ("1,23457e-05", Exponent),
        ("-3E+4", Exponent),
        ("#N/A", ErrorValue),
        ("#DIV/0!", ErrorValue),
        ("#NAME?", ErrorValue),
        ("#WERT!", ErrorValue),
        ("=CMD()", Formula),
        ("Jan\u{200b}sen", Hidden('\u{200b}')),
        ("Jan \u{202e}goD", Hidden('\u{202e}')),
        ("\u{feff}p-1", Hidden('\u{feff}')),
        ("two\nlines", Control),
    ] {
        assert_eq!(oddity(text), Some(wanted), "{text:?}");
    }
    for text in [
        "2E5",
        "1e10",
        "KD0001",
        "#1",
        "Zoë Østergård",
        "É",
        "3132E+",
        "a=b",
        "",
    ] {
        assert_eq!(oddity(text), None, "{text:?}");
    }
}

proptest! {
    /// What a library writes and reads again is read as it is by that library, cell by cell.
    #[test]
    fn a_list_is_read_as_others_write_it(
        table in prop::collection::vec(prop::collection::vec("[a-c;,\t\"\u{e9} ]{0,6}|[a-c]{1,3}(\r\n|\n|\r)[a-c]{1,3}", 2..5), 1..6),
        separator in prop::sample::select(vec![b',', b';', b'\t']), crlf in any::<bool>(),
    ) {
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().flexible(true).delimiter(separator).terminator(terminator).from_writer(Vec::new());
        // It says by its first row what separates.
        let columns = table.iter().map(Vec::len).max().unwrap_or_default();
        writer.write_record(vec!["x"; columns]).expect("written");
        for row in &table {
            writer.write_record(row).expect("written");
        }
        let bytes = writer.into_inner().expect("flushed");
        let text = String::from_utf8(bytes).expect("UTF-8");
        let found: Vec<Vec<String>> = read(&text).into_iter().skip(1).map(|(_, cells)| cells).collect();
        let trimmed = |row: &Vec<String>| row.iter().map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
        let wanted: Vec<Vec<String>> = table.iter().map(trimmed).filter(|row| row.iter().any(|cell| !cell.is_empty())).collect();
        prop_assert_eq!(found, wanted);
    }

    /// Nothing panics, every fault and row names a line that is there, and no text is lost.
    #[test]
    fn whatever_is_in_a_file_is_a_row_or_a_fault_of_a_line_that_is_there(text in "[a-b;,\"#=\t\r\n ]{0,120}", remarks in any::<bool>()) {
        let lines = line_ends(&text) + 1;
        let mut before = 0;
        for row in rows(&text, remarks) {
            let line = match row {
                Ok(row) => {
                    prop_assert!(row.cells.iter().any(|cell| !cell.is_empty()));
                    row.line
                }
                Err(fault) => fault.line,
            };
            prop_assert!(line >= before && line <= lines, "{line} of {lines}");
            before = line;
        }
    }
}
