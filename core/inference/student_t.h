#ifndef BRAINALIGN_CORE_INFERENCE_STUDENT_T_H_
#define BRAINALIGN_CORE_INFERENCE_STUDENT_T_H_

namespace brainalign {

// P(|t| >= |value|) of Student's t with `df` >= 1 degrees of freedom: the regularised incomplete
// beta function I_x(df / 2, 1 / 2) at x = df / (df + value^2) (Abramowitz and Stegun, 26.7.1).
double TwoSidedT(double value, int df);

// The value that |t| exceeds with `probability` in (0, 1): for 0.05 the half-width, in standard
// errors, of a 95 % interval. Found by bisection of TwoSidedT.
double TwoSidedTQuantile(double probability, int df);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_STUDENT_T_H_
