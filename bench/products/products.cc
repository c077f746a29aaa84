#include "bench/products/products.h"

#include <cblas.h>

#include <algorithm>
#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/data/noise.h"
#include "bench/job/timed_alignment.h"
#include "bench/machine.h"

namespace brainalign {
namespace {

// Targets come in pieces of this many columns, which stand for all.
constexpr std::int64_t kMostColumnsAtOnce = 4608;
constexpr double kLeastSeconds = 1;  // of timing
constexpr int kRepeats = 3;
constexpr std::size_t kFinalists = 3;

struct Shape {
  std::int64_t words = 0;
  std::int64_t sensors = 0;
  std::int64_t times = 0;
  std::int64_t columns = 0;        // of Y, at each time
  std::int64_t pieces = 1;         // that the columns come in
  std::int64_t layer_columns = 0;  // of Y'Y of one layer and fold; 0: X'X is needed
  std::int64_t layer_blocks = 0;

  int piece_columns() const { return static_cast<int>(columns / pieces); }
  double operations() const {
    const auto n = static_cast<double>(words);
    const auto s = static_cast<double>(sensors);
    const auto p = static_cast<double>(layer_columns);
    const double square = layer_columns == 0 ? n * s * s * static_cast<double>(times)
                                             : n * p * p * static_cast<double>(layer_blocks);
    return square + 2 * n * s * static_cast<double>(columns * times);
  }
};

Shape ShapeOf(const Workload& workload, const AlignmentSpec& spec) {
  const std::int64_t width = spec.pca > 0 ? spec.pca : workload.dims;
  const std::int64_t fits = spec.pca > 0 && spec.pca_words == FitWords::kTraining ? spec.folds : 1;
  Shape shape;
  shape.words = workload.words;
  shape.sensors = workload.sensors;
  shape.times = workload.times();
  shape.columns = workload.layers * width * fits;
  while (shape.columns / shape.pieces > kMostColumnsAtOnce) shape.pieces *= 2;
  if (spec.direction == Direction::kModelToBrain) {
    shape.layer_columns = width;
    shape.layer_blocks = workload.layers * fits;
  }
  return shape;
}

struct Way {
  bool own_threads = false;  // each with one thread of OpenBLAS
  bool word_major = false;   // X (words, sensors) in rows
  std::int64_t block_words = 0;
};

std::string Describe(const Way& way) {
  return std::string(way.own_threads ? "a time a thread" : "OpenBLAS threads") +
         (way.word_major ? ", word-major" : ", sensor-major") + ", blocks of " +
         std::to_string(way.block_words) + " words";
}

struct Buffers {
  std::vector<float> x;      // (n, s) in either order
  std::vector<float> gram;   // (s, s)
  std::vector<float> cross;  // (s, piece)
};

Buffers MakeBuffers(const Shape& shape, std::uint64_t stream) {
  Buffers buffers;
  buffers.x.resize(static_cast<std::size_t>(shape.words * shape.sensors));
  FillNormal(stream, 0, buffers.x.size(), buffers.x.data());
  buffers.gram.resize(static_cast<std::size_t>(shape.sensors * shape.sensors));
  buffers.cross.resize(static_cast<std::size_t>(shape.sensors * shape.piece_columns()));
  return buffers;
}

// X'X (lower triangle, or none) and X'Y of one time sample; `y` (n, piece) by rows.
void OneTime(const Shape& shape, const Way& way, const std::vector<float>& y, Buffers& buffers) {
  const int sensors = static_cast<int>(shape.sensors);
  const int columns = shape.piece_columns();
  const int stride = static_cast<int>(way.word_major ? shape.sensors : shape.words);
  for (std::int64_t begin = 0; begin < shape.words; begin += way.block_words) {
    const int count = static_cast<int>(std::min(way.block_words, shape.words - begin));
    const float* x = buffers.x.data() + (way.word_major ? begin * shape.sensors : begin);
    const float beta = begin == 0 ? 0.0f : 1.0f;
    if (shape.layer_columns == 0) {
      cblas_ssyrk(CblasRowMajor, CblasLower, way.word_major ? CblasTrans : CblasNoTrans, sensors,
                  count, 1.0f, x, stride, beta, buffers.gram.data(), sensors);
    }
    for (std::int64_t piece = 0; piece < shape.pieces; ++piece) {
      cblas_sgemm(CblasRowMajor, way.word_major ? CblasTrans : CblasNoTrans, CblasNoTrans, sensors,
                  columns, count, 1.0f, x, stride, y.data() + begin * columns, columns, beta,
                  buffers.cross.data(), columns);
    }
  }
}

// Seconds a time sample takes when all threads are busy, over `rounds` rounds.
double SecondsPerTime(const Shape& shape, const Way& way, int rounds, const std::vector<float>& y,
                      std::vector<Buffers>& buffers) {
  openblas_set_num_threads(way.own_threads ? 1 : static_cast<int>(buffers.size()));
  const double start_seconds = NowSeconds();
  if (way.own_threads) {
    std::vector<std::thread> threads;
    for (Buffers& mine : buffers) {
      threads.emplace_back([&] {
        for (int i = 0; i < rounds; ++i) OneTime(shape, way, y, mine);
      });
    }
    for (std::thread& thread : threads) thread.join();
    return (NowSeconds() - start_seconds) / (rounds * static_cast<double>(buffers.size()));
  }
  for (int i = 0; i < rounds; ++i) OneTime(shape, way, y, buffers.front());
  return (NowSeconds() - start_seconds) / rounds;
}

// Y'Y of one layer and fold, for model_to_brain.
double SecondsOfLayerBlocks(const Shape& shape, int threads, const std::vector<float>& y) {
  if (shape.layer_columns == 0) return 0;
  openblas_set_num_threads(threads);
  const int columns = static_cast<int>(shape.layer_columns);
  std::vector<float> gram(static_cast<std::size_t>(columns * columns));
  double best_seconds = std::numeric_limits<double>::infinity();
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const double start_seconds = NowSeconds();
    cblas_ssyrk(CblasRowMajor, CblasLower, CblasTrans, columns, static_cast<int>(shape.words), 1.0f,
                y.data(), shape.piece_columns(), 0.0f, gram.data(), columns);
    best_seconds = std::min(best_seconds, NowSeconds() - start_seconds);
  }
  return best_seconds * static_cast<double>(shape.layer_blocks);
}

std::vector<Way> WaysToTry(const Shape& shape, int threads) {
  std::vector<Way> ways;
  for (const bool own_threads : {true, false}) {
    if (threads == 1 && own_threads) continue;
    for (const bool word_major : {false, true}) {
      for (const std::int64_t block :
           {std::int64_t{512}, std::int64_t{2048}, std::int64_t{8192}, shape.words}) {
        if (block <= shape.words) ways.push_back({own_threads, word_major, block});
      }
    }
  }
  return ways;
}

}  // namespace

nlohmann::json RunProducts(const Workload& workload, Preset preset, int threads) {
  const Shape shape = ShapeOf(workload, SpecOf(workload, preset));
  std::vector<float> y(static_cast<std::size_t>(shape.words * shape.piece_columns()));
  FillNormal(1, 0, y.size(), y.data());
  std::vector<Buffers> buffers;
  for (int i = 0; i < threads; ++i) {
    buffers.push_back(MakeBuffers(shape, 2 + static_cast<std::uint64_t>(i)));
  }

  // Each way once on one piece of the columns, then the best of them for longer.
  Shape piece = shape;
  piece.pieces = 1;
  piece.columns = shape.piece_columns();
  std::vector<std::pair<double, Way>> tried;
  for (const Way& way : WaysToTry(shape, threads)) {
    tried.emplace_back(SecondsPerTime(piece, way, 1, y, buffers), way);
  }
  std::stable_sort(tried.begin(), tried.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  tried.resize(std::min<std::size_t>(tried.size(), kFinalists));
  nlohmann::json finalists = nlohmann::json::array();
  Way best;
  int times_sampled = 0;
  double best_seconds = std::numeric_limits<double>::infinity();
  for (const auto& [piece_seconds, way] : tried) {
    const double share = way.own_threads ? threads : 1;
    const double guess_seconds = piece_seconds * static_cast<double>(shape.pieces) * share;
    const int rounds = static_cast<int>(
        std::clamp(kLeastSeconds / guess_seconds, 1.0, static_cast<double>(shape.times)));
    double seconds = std::numeric_limits<double>::infinity();
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
      seconds = std::min(seconds, SecondsPerTime(shape, way, rounds, y, buffers));
    }
    finalists.push_back({{"way", Describe(way)}, {"seconds_per_time", seconds}});
    if (seconds >= best_seconds) continue;
    best_seconds = seconds;
    best = way;
    times_sampled = rounds * static_cast<int>(share);
  }
  const double total_seconds =
      best_seconds * static_cast<double>(shape.times) + SecondsOfLayerBlocks(shape, threads, y);
  return {{"workload", workload.name},
          {"preset", Name(preset)},
          {"threads", threads},
          {"seconds", total_seconds},
          {"operations", shape.operations()},
          {"operations_per_second", shape.operations() / total_seconds},
          {"columns", shape.columns},
          {"times_sampled", times_sampled},
          {"way", Describe(best)},
          {"quickest_ways", std::move(finalists)},
          {"machine", DescribeMachine()}};
}

}  // namespace brainalign
