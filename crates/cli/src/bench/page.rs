//! A run as a page: one file, with its pictures in it, that loads nothing.

use std::fmt::Write as _;

use super::report::Report;
use super::sum::Figures;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;\
padding:0 1rem;color:#1a1a1a;background:#fff}table{border-collapse:collapse}\
th,td{padding:.15rem 1rem .15rem 0;text-align:right}th:first-child,td:first-child{text-align:left}\
tr+tr td{border-top:1px solid #ddd}.alarm{color:#b00020;font-weight:bold}svg{max-width:100%}\
.bar{fill:#3a7d5c}.line{stroke:#b00020}.text{font:12px system-ui,sans-serif;fill:#555}";

/// The size of a picture, in pixels, and the room for what is written under it and over it.
const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 220.0;
const UNDER: f64 = 24.0;
const OVER: f64 = 34.0;

/// The page.
pub(super) fn of(report: &Report) -> String {
    let mut page = String::new();
    let title = format!("redress bench {}", escape(&report.scenario));
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n<h1>{title}</h1>\n"
    );
    for text in report.alarm() {
        let _ = writeln!(page, "<p class=\"alarm\">{}</p>", escape(&text));
    }
    for text in report.heading() {
        let _ = writeln!(page, "<p>{}</p>", escape(&text));
    }
    page.push_str("<table>\n<tr><th>figure</th>");
    for (name, _) in report.columns() {
        let _ = write!(page, "<th>{}</th>", escape(name));
    }
    page.push_str("</tr>\n");
    for (name, cells) in report.rows() {
        let _ = write!(page, "<tr><td>{}</td>", escape(name));
        for cell in cells {
            let _ = write!(page, "<td>{}</td>", escape(&cell));
        }
        page.push_str("</tr>\n");
    }
    page.push_str("</table>\n");
    for (name, figures) in report.columns() {
        let _ = writeln!(page, "<h2>Latency: {}</h2>", escape(name));
        page.push_str(&picture(figures));
    }
    page.push_str("</html>\n");
    page
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A histogram over a logarithmic axis, with the quantiles as lines.
fn picture(figures: &Figures) -> String {
    let buckets = &figures.histogram;
    let (Some((first, _)), Some((last, _))) = (buckets.first(), buckets.last()) else {
        return "<p>Nothing was answered.</p>\n".to_owned();
    };
    // The first bucket has a width too.
    let (left, right) = ((first / 1.2).ln(), last.ln());
    let across = |micros: f64| ((micros.ln() - left) / (right - left)).clamp(0.0, 1.0) * WIDTH;
    let most = buckets.iter().map(|(_, count)| *count).max().unwrap_or(1).max(1);
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {}\" width=\"{WIDTH}\" role=\"img\" \
         aria-label=\"Histogram of the latency\">\n",
        HEIGHT + UNDER + OVER
    );
    let floor = HEIGHT + OVER;
    let mut begin = first / 1.2;
    for (upper, count) in buckets {
        let (x, to) = (across(begin), across(*upper));
        let height = *count as f64 / most as f64 * HEIGHT;
        let _ = writeln!(
            svg,
            "<rect class=\"bar\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\">\
             <title>{count} up to {upper} µs</title></rect>",
            floor - height,
            (to - x - 1.0).max(1.0),
        );
        begin = *upper;
    }
    // Two lines that are close are written in two rows.
    for (row, (name, micros)) in
        [("p50", figures.p50_us), ("p99", figures.p99_us), ("p999", figures.p999_us)]
            .into_iter()
            .enumerate()
    {
        let x = across(micros);
        let anchor = if x > WIDTH * 0.8 { "end" } else { "start" };
        let _ = writeln!(
            svg,
            "<line class=\"line\" x1=\"{x:.1}\" y1=\"{:.1}\" x2=\"{x:.1}\" y2=\"{floor:.1}\"/>\
             <text class=\"text\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{name} \
             {micros:.0} µs</text>",
            OVER,
            10.0 + 11.0 * row as f64,
        );
    }
    let mut mark = 10.0_f64;
    while mark <= *last {
        if mark >= *first {
            let text =
                if mark < 1000.0 { format!("{mark} µs") } else { format!("{} ms", mark / 1000.0) };
            let _ = writeln!(
                svg,
                "<text class=\"text\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{text}</text>",
                across(mark),
                floor + 16.0,
            );
        }
        mark *= 10.0;
    }
    svg.push_str("</svg>\n");
    svg
}
