//! A table as a CSV file that a spreadsheet opens by itself: UTF-8 with a byte-order mark, without which
//! Excel takes Korean for something else, and no cell that it would take for a formula.

use std::fmt::Write as _;

/// What tells Excel that the file is UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';
/// What a spreadsheet takes for the beginning of a formula, full-width forms included.
const FORMULA_BEGINS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// One cell. Only numbers are written as they are: a text is of somebody's choosing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    Number(i64),
    Empty,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text)
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Cell {
        Cell::Number(number)
    }
}

/// The file's content, with the line ends that RFC 4180 wants.
#[must_use]
pub fn csv(rows: &[Vec<Cell>]) -> String {
    let mut file = String::from(BYTE_ORDER_MARK);
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            if column > 0 {
                file.push(',');
            }
            write_cell(&mut file, cell);
        }
        file.push_str("\r\n");
    }
    file
}

fn write_cell(file: &mut String, cell: &Cell) {
    match cell {
        Cell::Empty => {}
        Cell::Number(number) => write!(file, "{number}").expect("a string takes everything"),
        Cell::Text(text) => {
            let text = harmless(text);
            if text.contains([',', '"', '\r', '\n']) {
                file.push('"');
                file.push_str(&text.replace('"', "\"\""));
                file.push('"');
            } else {
                file.push_str(&text);
            }
        }
    }
}

/// A text that would begin a formula gets an apostrophe in front, which shows that it is text; so does
/// one that begins with white space, which some spreadsheets skip before they look.
fn harmless(text: &str) -> String {
    let formula = text.trim_start().starts_with(FORMULA_BEGINS);
    if formula || text.starts_with(['\t', '\r', '\n']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(row: Vec<Cell>, expected: &str) {
        assert_eq!(csv(&[row]), format!("\u{feff}{expected}\r\n"));
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        check(
            vec!["예가체프 200g".into(), Cell::Number(25_800), Cell::Empty, "끝".into()],
            "예가체프 200g,25800,,끝",
        );
        check(vec!["a,b".into(), "a\"b".into(), "a\nb".into()], "\"a,b\",\"a\"\"b\",\"a\nb\"");
        check(vec![], "");
    }

    #[test]
    fn a_text_is_never_a_formula_and_a_number_is_always_one() {
        check(vec!["=1+1".into(), Cell::Number(-5)], "'=1+1,-5");
        check(vec!["+82".into(), "-1".into(), "@x".into()], "'+82,'-1,'@x");
        check(vec!["＝1".into(), " =1".into(), "\t=1".into()], "'＝1,' =1,'\t=1");
        check(vec!["=HYPERLINK(\"http://x\",\"y\")".into()], "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
        check(vec!["\r=1".into()], "\"'\r=1\"");
        check(vec!["a=1".into(), "1-2".into()], "a=1,1-2");
    }
}
