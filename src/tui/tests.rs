//! What is seen and what happens, on the model and the drawn buffer.

mod screens;

use ratatui::buffer::Buffer;

/// The buffer's text, a line a row, without blanks at the ends.
fn text_of(buf: &Buffer) -> String {
    let area = buf.area;
    let mut text = String::new();
    for y in 0..area.height {
        let line: String = (0..area.width)
            .filter_map(|x| buf.cell((x, y)))
            .map(|cell| cell.symbol())
            .collect();
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
