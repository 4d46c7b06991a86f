//! Tables in Markdown.

/// Rows under heads.
pub struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub fn new(heads: Vec<String>) -> Self {
        let rule = (0..heads.len()).map(|column| if column == 0 { "---" } else { "---:" }.to_owned());
        let rule = rule.collect();
        Self { rows: vec![heads, rule] }
    }

    /// Adds a row.
    pub fn row(&mut self, columns: Vec<String>) {
        self.rows.push(columns);
    }

    /// The table as text.
    pub fn markdown(&self) -> String {
        self.rows.iter().map(|row| format!("| {} |\n", row.join(" | "))).collect()
    }
}

/// A whole number with commas: `1,234`.
pub fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A ratio: `1.73×`.
pub fn times(ratio: f64) -> String {
    format!("{ratio:.2}×")
}
