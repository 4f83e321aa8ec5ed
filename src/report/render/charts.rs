//! Charts as SVG text, for reports that are one file.

use crate::engine::Mode;
use crate::error::{Cause, Error, Input, Result};
use crate::figures;
use plotters::coord::ranged1d::{KeyPointHint, Ranged};
use plotters::prelude::*;
use std::ops::Range;

const WIDTH: u32 = 720;
const ROW_HEIGHT: u32 = 44;
/// Colours, told apart without colour vision too (Okabe and Ito, 2008): those of the built-in modes first.
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(0, 158, 115),
    RGBColor(86, 180, 233),
    RGBColor(213, 94, 0),
    RGBColor(204, 121, 167),
    RGBColor(240, 228, 66),
    RGBColor(90, 90, 90),
];
/// Width of a letter of a label, pixels, about.
const LETTER: u32 = 8;

/// How modes look, the same in every chart of a report: the built-in ones always alike, the others by their order among
/// the modes of the report.
#[derive(Debug, Clone)]
pub struct Palette(Vec<String>);

impl Palette {
    /// Of the modes of a report.
    pub fn of(modes: &[Mode]) -> Self {
        let own = modes.iter().filter(|mode| !mode.is_built_in());
        Self(Mode::BUILT_IN.iter().chain(own).map(|mode| mode.name().to_owned()).collect())
    }

    /// Colour and marker of a series; behind the mode its name may hold conditions.
    fn look(&self, name: &str) -> (RGBColor, usize) {
        let mode = name.split(' ').next().unwrap_or_default();
        let index = self.0.iter().position(|known| known == mode).unwrap_or(self.0.len());
        // When the colours begin anew the markers are others: there are not as many of them.
        (COLOURS[index % COLOURS.len()], index % MARKERS)
    }
}

/// Markers that are told apart without colours: disc, triangle, square, cross and diamond.
const MARKERS: usize = 5;

/// The outline of a marker about its point, pixels.
fn outline(shape: usize) -> Vec<(i32, i32)> {
    match shape {
        1 => vec![(0, -6), (6, 5), (-6, 5)],
        2 => vec![(-4, -4), (4, -4), (4, 4), (-4, 4)],
        3 => {
            let arms = [(0, -2), (4, -6), (6, -4), (2, 0), (6, 4), (4, 6), (0, 2), (-4, 6), (-6, 4), (-2, 0), (-6, -4)];
            arms.into_iter().chain([(-4, -6)]).collect()
        }
        4 => vec![(0, -6), (6, 0), (0, 6), (-6, 0)],
        _ => vec![(0, -5), (4, -3), (5, 0), (4, 3), (0, 5), (-4, 3), (-5, 0), (-4, -3)],
    }
}

/// A row per series, a dot per value, a bar at the geometric mean, as tables have it; logarithmic in seconds.
///
/// # Errors
/// When there is nothing to draw.
pub fn dots(series: &[(String, Vec<f64>)], palette: &Palette) -> Result<String> {
    let range = decades(series.iter().flat_map(|(_, values)| values.iter().copied()))?;
    let rows = series.len() as f64;
    let names = series.iter().map(|(name, _)| name.len() as u32 * LETTER + 12).max().unwrap_or_default();
    let mut svg = String::new();
    {
        let height = 60 + ROW_HEIGHT * series.len() as u32;
        let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin_right(16)
            .x_label_area_size(44)
            .y_label_area_size(names.max(90))
            .build_cartesian_2d(Logarithmic(range), 0.0..rows)
            .map_err(unusable)?;
        let name = |position: &f64| {
            let index = (rows - position).floor();
            let centre = (position.fract() - 0.5).abs() < 1e-6;
            let found = series.get(index as usize).filter(|_| centre && index >= 0.0);
            found.map_or_else(String::new, |(name, _)| name.clone())
        };
        chart
            .configure_mesh()
            .disable_y_mesh()
            .light_line_style(WHITE.mix(0.0))
            .bold_line_style(BLACK.mix(0.12))
            .axis_style(BLACK.mix(0.4))
            .label_style(("sans-serif", 13))
            .y_labels(2 * series.len() + 1)
            .y_label_formatter(&name)
            .x_label_formatter(&|seconds| figures::seconds(*seconds))
            .x_desc("execution time, logarithmic")
            .draw()
            .map_err(unusable)?;
        for (index, (name, values)) in series.iter().enumerate() {
            let (y, (colour, _)) = (rows - index as f64 - 0.5, palette.look(name));
            let dots = values.iter().map(|value| Circle::new((*value, y), 4, colour.mix(0.45).filled()));
            chart.draw_series(dots).map_err(unusable)?;
            if let Some(centre) = crate::stats::geometric_mean(values) {
                let bar = PathElement::new([(centre, y - 0.32), (centre, y + 0.32)], colour.stroke_width(3));
                chart.draw_series([bar]).map_err(unusable)?;
            }
        }
        area.present().map_err(unusable)?;
    }
    Ok(svg)
}

/// Lines over person-years, both axes logarithmic: `(name, [(person-years, seconds)])`.
///
/// # Errors
/// When there is nothing to draw.
pub fn growth(series: &[(String, Vec<(f64, f64)>)], palette: &Palette) -> Result<String> {
    let points = || series.iter().flat_map(|(_, points)| points.iter().copied());
    let (x, y) = (decades(points().map(|point| point.0))?, decades(points().map(|point| point.1))?);
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, 320)).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(70)
            .build_cartesian_2d(Logarithmic(x), Logarithmic(y))
            .map_err(unusable)?;
        chart
            .configure_mesh()
            .light_line_style(WHITE.mix(0.0))
            .bold_line_style(BLACK.mix(0.12))
            .axis_style(BLACK.mix(0.4))
            .label_style(("sans-serif", 13))
            .x_desc("employees x years")
            .x_label_formatter(&|value| figures::count(*value))
            .y_label_formatter(&|seconds| figures::seconds(*seconds))
            .draw()
            .map_err(unusable)?;
        for (name, points) in series {
            let (colour, shape) = palette.look(name);
            chart
                .draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)))
                .map_err(unusable)?
                .label(name)
                .legend(move |(x, y)| {
                    let line = PathElement::new([(-8, 0), (8, 0)], colour.stroke_width(3));
                    EmptyElement::at((x + 8, y)) + line + Polygon::new(outline(shape), colour.filled())
                });
            let marker = |at: &(f64, f64)| EmptyElement::at(*at) + Polygon::new(outline(shape), colour.filled());
            chart.draw_series(points.iter().map(marker)).map_err(unusable)?;
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .label_font(("sans-serif", 13))
            .background_style(WHITE.mix(0.8))
            .draw()
            .map_err(unusable)?;
        area.present().map_err(unusable)?;
    }
    Ok(svg)
}

/// Values over sessions, a line at each change: both in the figure's own unit.
///
/// # Errors
/// When there is nothing to draw.
pub fn sessions(values: &[f64], changes: &[usize], show: fn(f64) -> String) -> Result<String> {
    let high = values.iter().copied().fold(0.0f64, f64::max);
    if high == 0.0 {
        return Err(Input::NothingTo { what: "draw" }.into());
    }
    let last = values.len() as f64 - 0.5;
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, 220)).into_drawing_area();
        let mut chart = ChartBuilder::on(&area)
            .margin(10)
            .x_label_area_size(36)
            .y_label_area_size(80)
            .build_cartesian_2d(-0.5..last, 0.0..high * 1.15)
            .map_err(unusable)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(WHITE.mix(0.0))
            .bold_line_style(BLACK.mix(0.12))
            .axis_style(BLACK.mix(0.4))
            .label_style(("sans-serif", 13))
            .y_labels(5)
            .y_label_formatter(&|value| show(*value))
            .x_label_formatter(&|value| format!("{value:.0}"))
            .x_desc("session")
            .draw()
            .map_err(unusable)?;
        let points = values.iter().enumerate().map(|(index, value)| (index as f64, *value));
        chart.draw_series(LineSeries::new(points, COLOURS[0].stroke_width(2)).point_size(3)).map_err(unusable)?;
        for change in changes {
            let x = *change as f64 - 0.5;
            let line = PathElement::new([(x, 0.0), (x, high * 1.15)], RGBColor(179, 38, 30).stroke_width(2));
            chart.draw_series([line]).map_err(unusable)?;
        }
        area.present().map_err(unusable)?;
    }
    Ok(svg)
}

/// The values' range, widened to 1, 2 or 5 times a power of ten.
fn decades(values: impl Iterator<Item = f64>) -> Result<Range<f64>> {
    let (mut low, mut high) = (f64::INFINITY, 0.0f64);
    for value in values.filter(|value| value.is_finite() && *value > 0.0) {
        (low, high) = (low.min(value), high.max(value));
    }
    if high == 0.0 {
        return Err(Input::NothingTo { what: "draw" }.into());
    }
    let steps: Vec<f64> = ticks(low / 10.0, high * 10.0);
    let start = steps.iter().copied().filter(|step| *step < low).fold(low / 10.0, f64::max);
    let end = steps.iter().copied().filter(|step| *step > high).fold(high * 10.0, f64::min);
    Ok(start..end)
}

/// 1, 2 and 5 times powers of ten within a range.
fn ticks(low: f64, high: f64) -> Vec<f64> {
    let powers = low.log10().floor() as i32..=high.log10().ceil() as i32;
    let steps = powers.flat_map(|power| [1.0, 2.0, 5.0].map(|step| step * 10f64.powi(power)));
    steps.filter(|step| (low * 0.999..=high * 1.001).contains(step)).collect()
}

/// A logarithmic axis whose marks are 1, 2 and 5 times powers of ten, so that a narrow one has marks too.
struct Logarithmic(Range<f64>);

impl Ranged for Logarithmic {
    type FormatOption = plotters::coord::ranged1d::DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        let share = (value.ln() - self.0.start.ln()) / (self.0.end.ln() - self.0.start.ln());
        limit.0 + (f64::from(limit.1 - limit.0) * share).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        let all = ticks(self.0.start, self.0.end);
        let every = all.len().div_ceil(hint.max_num_points().clamp(1, 9));
        all.into_iter().step_by(every.max(1)).collect()
    }

    fn range(&self) -> Range<f64> {
        self.0.clone()
    }
}

fn unusable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::failed("chart", Cause::Library(Box::new(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_hold_what_they_are_given() {
        let palette = Palette::of(&[Mode::Sql]);
        let svg = dots(&[("sql".into(), vec![0.2, 0.3, 0.25]), ("polars".into(), vec![0.03])], &palette);
        let svg = svg.expect("a chart");
        assert_eq!(svg.matches("<circle").count(), 4);
        assert!(svg.contains("sql") && svg.contains("polars") && svg.contains("100 ms"), "{svg}");
        let svg = growth(&[("sql".into(), vec![(200.0, 0.2), (3_000.0, 0.3)])], &palette).expect("a chart");
        assert!(svg.contains("<polyline") && svg.contains("sql"));
        assert!(dots(&[], &palette).is_err() && dots(&[("none".into(), vec![])], &palette).is_err());
    }

    #[test]
    fn modes_differ_by_colour_and_marker() {
        let own = |name: &str| Mode::try_from(name.to_owned()).expect("a name");
        let modes = [Mode::Polars, own("dbt"), own("polars-python"), own("spark")];
        let palette = Palette::of(&modes);
        let names = ["sql", "polars", "reference", "dbt", "polars-python", "spark"];
        let looks: Vec<_> = names.iter().map(|name| palette.look(name)).collect();
        for (index, look) in looks.iter().enumerate() {
            assert!(!looks[..index].iter().any(|other| other.0 == look.0 || *other == *look), "{}", names[index]);
        }
        // A built-in mode looks the same whatever else is there, with its conditions behind it too.
        assert_eq!(Palette::of(&[]).look("polars (seed 7)"), palette.look("polars"));
        let series: Vec<_> = names.iter().map(|name| ((*name).to_owned(), vec![(1.0, 1.0), (10.0, 2.0)])).collect();
        let svg = growth(&series, &palette).expect("a chart");
        assert!(svg.matches("<polygon").count() >= 2 && svg.contains("polars-python"), "{svg}");
    }

    #[test]
    fn ranges_enclose_their_values() {
        for (low, high) in [(0.2, 0.3), (1.0, 1.0), (1e-9, 1e5)] {
            let range = decades([low, high].into_iter()).expect("a range");
            assert!(range.start < low && range.end > high && ticks(range.start, range.end).len() >= 2, "{range:?}");
        }
    }
}
