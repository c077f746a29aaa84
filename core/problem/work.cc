#include "core/problem/work.h"

namespace brainalign {

Work& Work::operator+=(const Work& more) {
  single_operations += more.single_operations;
  double_operations += more.double_operations;
  bytes += more.bytes;
  return *this;
}

Work& Work::operator-=(const Work& less) {
  single_operations -= less.single_operations;
  double_operations -= less.double_operations;
  bytes -= less.bytes;
  return *this;
}

Work operator*(const Work& work, double times) {
  return {work.single_operations * times, work.double_operations * times, work.bytes * times};
}

Work OnWords(double value_bytes, double operations) {
  return value_bytes > 4 ? Work{0, operations, 0} : Work{operations, 0, 0};
}

}  // namespace brainalign
