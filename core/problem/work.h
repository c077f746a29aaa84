#ifndef BRAINALIGN_CORE_PROBLEM_WORK_H_
#define BRAINALIGN_CORE_PROBLEM_WORK_H_

namespace brainalign {

// The arithmetic and reading of a unit of work, from which its seconds are estimated
// (docs/performance.md, "Cost model"). Each room computes the work of its own units in functions
// named ..Work, next to the code that does it.
struct Work {
  double single_operations = 0;  // in single precision
  double double_operations = 0;  // in double precision
  double bytes = 0;  // read from the inputs, or run through without arithmetic to speak of

  double operations() const { return single_operations + double_operations; }
  Work& operator+=(const Work& more);
  Work& operator-=(const Work& less);
};

Work operator*(const Work& work, double times);

// `operations` on the words' values, in the precision that these are held in: `value_bytes` 4 or 8.
Work OnWords(double value_bytes, double operations);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_WORK_H_
