/** Lower bounds of Beta posteriors: how good something is at least, given how often it was seen to work. */

/** One-sided: the share of the posterior below the bound. */
export const lowerTail = 0.05;
/** Jeffreys' prior adds half a success and half a failure. */
const jeffreysPrior = 0.5;

/**
 * The 5 % quantile of Beta(successes + ½, failures + ½): the lower end of a one-sided 95 % Jeffreys interval (L. D. Brown, T. T. Cai, A. DasGupta, "Interval
 * Estimation for a Binomial Proportion", Statistical Science 16(2), 2001, §4.3, with their convention that it is 0 where nothing succeeded). Counts may
 * be fractions: weighted evidence. No evidence gives 0, one success 0.23, three 0.59, ten 0.83.
 * @throws RangeError for a negative or infinite count: a defect of the caller
 */
export function lowerBound(successes: number, failures: number): number {
  if (!(successes >= 0 && failures >= 0 && Number.isFinite(successes + failures))) {
    throw new RangeError(`counts of outcomes cannot be ${successes} and ${failures}`);
  }
  if (successes === 0) return 0;
  return betaQuantile(lowerTail, successes + jeffreysPrior, failures + jeffreysPrior);
}

/** The upper end of the other one-sided interval: 1 where nothing failed. @throws RangeError as `lowerBound` */
export function upperBound(successes: number, failures: number): number {
  return 1 - lowerBound(failures, successes);
}

/** Where the distribution function of Beta(a, b) reaches `probability`: Newton's steps, kept inside a bracket that shrinks. */
export function betaQuantile(probability: number, a: number, b: number): number {
  const logBeta = logGamma(a) + logGamma(b) - logGamma(a + b);
  let low = 0;
  let high = 1;
  let x = a / (a + b);
  for (let round = 0; round < 100; round++) {
    const excess = regularisedBeta(x, a, b, logBeta) - probability;
    if (excess > 0) high = x;
    else low = x;
    const density = Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - logBeta);
    const step = x - excess / density;
    const next = step > low && step < high ? step : (low + high) / 2;
    if (Math.abs(next - x) < 1e-9) return next;
    x = next;
  }
  return x;
}

/** The regularised incomplete beta function I_x(a, b), NIST Digital Library of Mathematical Functions 8.17.22 and 8.17.4. */
function regularisedBeta(x: number, a: number, b: number, logBeta: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta);
  // The fraction converges fast on the left of the mean; on the right the mirrored one does.
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

/** The continued fraction of DLMF 8.17.22, evaluated forwards by Lentz's method as modified by Thompson and Barnett (1986). */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 500; m++) {
    for (const coefficient of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 / away(1 + coefficient * d);
      c = away(1 + coefficient / c);
      fraction *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-12) break;
  }
  return fraction;
}

/** ln Γ(z) for z > 0 by the Stirling series (DLMF 5.11.1), after shifting z up to where five terms give 12 digits. */
function logGamma(z: number): number {
  let shift = 0;
  let x = z;
  while (x < 10) {
    shift += Math.log(x);
    x += 1;
  }
  const inverse = 1 / (x * x);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
