//! How statements are printed: a line for each record, a backquote before each field, so that no
//! spreadsheet reads a number of an order as a quantity.

/// A file that grows line by line.
#[derive(Debug, Default)]
pub(super) struct Table(String);

impl Table {
    /// The names of the columns.
    pub(super) fn head<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        for (place, name) in names.into_iter().enumerate() {
            if place > 0 {
                self.0.push(',');
            }
            self.0.push_str(name);
        }
        self.0.push('\n');
    }

    /// One record.
    pub(super) fn row(&mut self, fields: impl IntoIterator<Item = String>) {
        for (place, field) in fields.into_iter().enumerate() {
            self.0.push_str(if place > 0 { ",`" } else { "`" });
            // Nothing is quoted in these files, so nothing may look like their punctuation.
            let plain = |c: char| if c == ',' || c == '`' || c.is_control() { ' ' } else { c };
            self.0.extend(field.chars().map(plain));
        }
        self.0.push('\n');
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }
}
