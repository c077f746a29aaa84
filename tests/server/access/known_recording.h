#ifndef BRAINALIGN_TESTS_SERVER_ACCESS_KNOWN_RECORDING_H_
#define BRAINALIGN_TESTS_SERVER_ACCESS_KNOWN_RECORDING_H_

#include <cstddef>
#include <string>
#include <vector>

namespace brainalign {

using Column = std::vector<float>;
using Vector = std::vector<double>;

// float32, one column after the other.
std::string BytesOf(const std::vector<Column>& columns);

double Correlation(const Vector& a, const Vector& b);
double Inner(const Vector& a, const Vector& b);
// A guess that knows nothing of n numbers correlates with them with a standard deviation of
// 1 / sqrt(n - 1); four of those.
double ChanceCorrelation(std::size_t n);

// A recording of normally distributed numbers, (words, sensors, times), that a test knows and an
// attack wants to know.
class KnownRecording {
 public:
  static constexpr int kSensors = 8;
  static constexpr int kTimes = 2;

  KnownRecording(int words, unsigned seed);

  int words() const { return words_; }
  // float32, in C order.
  std::string bytes() const { return BytesOf({values_}); }
  // The sensors at each word, z-scored over all words, less their mean over words [begin, end):
  // as a fit on those words sees them.
  std::vector<Vector> SeenBy(int time, int begin, int end) const;
  // What a fit of `column` on all other words with a huge alpha predicts for word `a` less what it
  // does for the next one, up to a factor above 0.
  double PredictedDifference(const Column& column, int a, int time) const;

 private:
  double Value(int word, int sensor, int time) const;

  int words_;
  Column values_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_SERVER_ACCESS_KNOWN_RECORDING_H_
