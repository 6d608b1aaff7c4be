//! Measuring, and figures as people read them.

use std::time::Instant;

/// Runs something and answers how long it took, in milliseconds, with what came of it.
pub async fn timed<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<(f64, T)> {
    let begin = Instant::now();
    let outcome = work.await?;
    Ok((begin.elapsed().as_secs_f64() * 1000.0, outcome))
}

/// The figure in the middle; of an even number, the upper of the two.
///
/// # Panics
///
/// When there are no figures.
pub fn median(figures: impl IntoIterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.into_iter().collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Our figure, and each baseline with the ratio of ours to it.
pub fn beside(ours: f64, baselines: &[f64]) -> Vec<String> {
    let compared = baselines
        .iter()
        .flat_map(|baseline| [figure(*baseline), format!("{:.2}", ours / baseline)]);
    [figure(ours)].into_iter().chain(compared).collect()
}

/// A figure with about three digits.
pub fn figure(value: f64) -> String {
    let decimals = usize::from(value < 100.0);
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_does_not_mind_one_bad_round() {
        assert_eq!(figure(median([5.0, 900.0, 4.0])), "5.0");
    }

    #[test]
    fn a_ratio_below_one_means_that_ours_is_the_smaller_figure() {
        assert_eq!(beside(50.0, &[200.0]), ["50.0", "200", "0.25"]);
    }
}
