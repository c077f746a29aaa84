// What somebody who wants the recording gets out of a sealed one: by the default policy and, to
// show that the attacks work, by a policy that lets everything go.
#include <algorithm>
#include <cmath>
#include <optional>
#include <random>

#include "absl/strings/str_cat.h"
#include "brainalign/v1/recording.grpc.pb.h"
#include "core/align/alignment.h"
#include "gmock/gmock.h"
#include "server/jobs/cache_key.h"
#include "server/jobs/check_specification.h"
#include "server/jobs/sealed.h"
#include "server/rows/convert.h"
#include "server/rows/digest.h"
#include "tests/server/access/access_test.h"
#include "tests/server/access/known_recording.h"

namespace brainalign {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kWords = 420;  // two folds of 210
constexpr int kSensors = KnownRecording::kSensors;
constexpr int kTimes = KnownRecording::kTimes;
constexpr int kNumbers = kWords * kSensors * kTimes;
constexpr double kHugeAlpha = 1e6;

// A word of the first fold and one of the second.
struct Pair {
  int i = 0;
  int j = 0;
};

std::vector<Pair> RandomPairs(int count) {
  std::mt19937 random(3);
  std::vector<Pair> pairs;
  for (int n = 0; n < count; ++n) {
    const auto draw = [&] { return static_cast<int>(random() % (kWords / 2)); };
    pairs.push_back({draw(), kWords / 2 + draw()});
  }
  return pairs;
}

// Ones, or `first` and one, at the words of a pair.
Column TwoHot(const Pair& pair, float first) {
  Column column(kWords, 0.0F);
  column[static_cast<std::size_t>(pair.i)] = first;
  column[static_cast<std::size_t>(pair.j)] = 1;
  return column;
}

v1::SealPolicy LetsEverythingGo() {
  v1::SealPolicy policy;
  for (const auto metric : {v1::METRIC_PEARSON, v1::METRIC_COSINE, v1::METRIC_R2}) {
    policy.add_metrics(metric);
  }
  policy.set_min_test_words(2);
  policy.set_release_fold_scores(true);
  policy.set_release_alpha_counts(true);
  policy.set_release_cache_key(true);
  policy.set_score_step(1e-12);
  policy.set_max_released_numbers(1'000'000'000);
  return policy;
}

class SealAttackTest : public AccessTest {
 protected:
  void SetUp() override {
    AccessTest::SetUp();
    Stop();
    options_.memory_budget_bytes = std::int64_t{1} << 30;
    StartWith(&Alignment::Create);
    recordings_ = v1::RecordingService::NewStub(channel_);
  }

  // The lab seals; from then on mallory asks.
  void Seal(const v1::SealPolicy& policy, int words = kWords) {
    truth_.emplace(words, /*seed=*/7);
    As(head_);
    v1::CreateRecordingRequest made;
    made.set_request_id("subject");
    made.set_name("subject");
    brain_ = v1::BrainInput();
    *brain_.mutable_epochs() = StoreBytes({words, kSensors, kTimes}, truth_->bytes());
    for (int t = 0; t < kTimes; ++t) brain_.add_times_seconds(0.1 * t);
    *brain_.mutable_onsets_seconds() = StoreOnsets(words);
    *made.mutable_brain() = brain_;
    Context create_context;
    v1::CreateRecordingResponse created;
    ASSERT_TRUE(recordings_->CreateRecording(&create_context, made, &created).ok());
    Context context;
    v1::SealRecordingRequest request;
    request.set_name("subject");
    *request.mutable_policy() = policy;
    v1::SealRecordingResponse response;
    const grpc::Status status = recordings_->SealRecording(&context, request, &response);
    ASSERT_TRUE(status.ok()) << status.error_message();
    As(other_);
  }

  v1::TensorRef StoreOnsets(int words) {
    std::vector<double> onsets;
    for (int w = 0; w < words; ++w) onsets.push_back(w);
    return StoreList(onsets);
  }

  v1::CreateJobRequest Ask(const std::vector<Column>& layers, v1::Metric metric, int folds) {
    v1::CreateJobRequest request;
    request.set_request_id(absl::StrCat("attack-", ++asked_));
    v1::AlignmentSpec& spec = *request.mutable_spec();
    spec.mutable_brain()->set_recording("lab/subject");
    const auto count = static_cast<std::int64_t>(layers.size());
    const auto words = static_cast<std::int64_t>(layers.front().size());
    const v1::TensorRef ref = StoreBytes({count, words, 1}, BytesOf(layers));
    for (std::int64_t l = 0; l < count; ++l) {
      v1::LayerInput& layer = *spec.add_layers();
      *layer.mutable_activations() = ref;
      layer.set_slice(l);
      layer.set_relative_depth(1);
    }
    v1::AlignmentOptions& options = *spec.mutable_options();
    options.set_metric(metric);
    options.set_folds(folds);
    options.set_selection(v1::SELECTION_FIXED);
    options.add_alphas(kHugeAlpha);
    options.set_zscore_words(v1::FIT_WORDS_ALL);
    options.set_purge_seconds(0);
    return request;
  }

  // What the server tells, or nothing if it refuses.
  std::optional<v1::AlignmentResult> Tell(const v1::CreateJobRequest& request) {
    Context context;
    v1::CreateJobResponse response;
    last_ = jobs_->CreateJob(&context, request, &response);
    if (!last_.ok()) return std::nullopt;
    EXPECT_EQ(Watch(response.job().job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
    v1::AlignmentResult result;
    EXPECT_TRUE(Result(response.job().job_id(), &result).ok());
    return result;
  }

  // Scores of each layer and time, as many as the server tells.
  Vector TellScores(const std::vector<Column>& columns, v1::Metric metric) {
    constexpr std::size_t kAtOnce = 16;
    Vector scores;
    for (std::size_t at = 0; at < columns.size(); at += kAtOnce) {
      const std::size_t end = std::min(columns.size(), at + kAtOnce);
      std::vector<Column> part;
      for (std::size_t i = at; i < end; ++i) part.push_back(columns[i]);
      const auto result = Tell(Ask(part, metric, 2));
      if (!result) break;
      const std::vector<double> told = Values(*result, "score");
      scores.insert(scores.end(), told.begin(), told.end());
    }
    return scores;
  }

  // Mean of what the fits on either half see, for each pair and time.
  Vector TrueInners(const std::vector<Pair>& pairs) const {
    Vector inners(pairs.size() * kTimes);
    for (int t = 0; t < kTimes; ++t) {
      for (const int half : {0, kWords / 2}) {
        const std::vector<Vector> seen = truth_->SeenBy(t, half, half + kWords / 2);
        for (std::size_t p = 0; p < pairs.size(); ++p) {
          inners[p * kTimes + static_cast<std::size_t>(t)] +=
              Inner(seen[static_cast<std::size_t>(pairs[p].i)],
                    seen[static_cast<std::size_t>(pairs[p].j)]) /
              2;
        }
      }
    }
    return inners;
  }

  // Predictions solved from r2 with a fixed alpha: two layers that differ in the test rows of a
  // fold alone. With a one-hot column in the training rows and a huge alpha each prediction is an
  // inner product of two words. Where the server tells nothing the attack guesses.
  Vector InnersByR2(const std::vector<Pair>& pairs) {
    std::vector<Column> columns;
    for (const Pair& pair : pairs) {
      for (const float sign : {1.0F, -1.0F}) columns.push_back(TwoHot(pair, sign));
    }
    const Vector r2 = TellScores(columns, v1::METRIC_R2);
    std::mt19937 random(5);
    std::normal_distribution<double> guess;
    Vector inners;
    for (std::size_t p = 0; p < pairs.size(); ++p) {
      for (int t = 0; t < kTimes; ++t) {
        const std::size_t plus = 2 * p * kTimes + static_cast<std::size_t>(t);
        if (plus + kTimes >= r2.size()) {
          inners.push_back(guess(random));
          continue;
        }
        constexpr double n = kWords / 2.0;
        const double predictions = (r2[plus] - r2[plus + kTimes]) * (1 - 1 / n) / 2;
        inners.push_back(kHugeAlpha * (predictions - 2 / n) / 2);
      }
    }
    return inners;
  }

  // Right signs among those of `folds` folds of two words, for each time.
  int HitsOfTwoWordFolds(int folds) {
    const int words = truth_->words();
    std::mt19937 random(11);
    std::normal_distribution<float> normal;
    Column column(static_cast<std::size_t>(words));
    for (float& value : column) value = normal(random);
    const auto result = Tell(Ask({column}, v1::METRIC_PEARSON, folds));
    int hits = 0;
    for (int t = 0; t < kTimes; ++t) {
      for (int fold = 0; fold < folds; ++fold) {
        const int a = 2 * fold;
        const double target =
            column[static_cast<std::size_t>(a)] - column[static_cast<std::size_t>(a) + 1];
        const double score =
            result ? Values(*result, "score_per_fold")[static_cast<std::size_t>(fold * kTimes + t)]
                   : (random() % 2 == 0 ? 1 : -1);
        hits += (score * target > 0) == (truth_->PredictedDifference(column, a, t) > 0) ? 1 : 0;
      }
    }
    return hits;
  }

  // Numbers that the server tells of as many submissions as it takes, each of other columns; what
  // was told of a job that is cancelled or deleted afterwards counts, too.
  std::int64_t CountNumbers(int submissions) {
    std::mt19937 random(13);
    std::int64_t numbers = 0;
    for (int n = 0; n < submissions; ++n) {
      std::vector<Column> columns(30, Column(kWords));
      for (Column& column : columns) {
        for (float& value : column) value = static_cast<float>(random() % 1000);
      }
      const v1::CreateJobRequest request = Ask(columns, v1::METRIC_PEARSON, 2);
      const auto result = Tell(request);
      if (!result) break;
      numbers += static_cast<int>(Values(*result, "score").size()) +
                 static_cast<int>(Values(*result, "score_per_fold").size());
      EXPECT_TRUE(TryDelete(result->job_id()).ok());
    }
    return numbers;
  }

  // How many of three guesses of the recording, one of them right, a job's cache key confirms to
  // somebody who has the program and computes the key from a guess.
  int GuessesConfirmedByCacheKey() {
    const v1::CreateJobRequest request = Ask({TwoHot({0, kWords - 1}, 1)}, v1::METRIC_PEARSON, 2);
    const v1::Job job = Create(request);
    Watch(job.job_id());
    int confirmed = 0;
    for (const unsigned seed : {6U, 7U, 8U}) {
      v1::AlignmentSpec guessed = request.spec();
      *guessed.mutable_brain() = brain_;
      guessed.mutable_brain()->mutable_epochs()->set_digest(
          HexSha256Of(KnownRecording(kWords, seed).bytes()));
      std::vector<FieldProblem> problems;
      const JobSpecification specification = SpecificationFromProto(guessed, "spec", problems);
      const AlignmentSpec resolved = Resolve(specification, problems);
      EXPECT_THAT(problems, IsEmpty());
      const std::string plain = ComputeCacheKey(specification, resolved);
      brainalign::Job known;
      known.recording = "lab/subject";
      known.release =
          Settle(PolicyFromProto(LetsEverythingGo(), "policy", problems), specification.brain);
      const std::string key = CacheKeyOf(known, specification, resolved);
      const std::string told = Get(job.job_id()).cache_key();
      confirmed += told == plain || told == key ? 1 : 0;
    }
    return confirmed;
  }

  std::int64_t TimesFound() {
    Context context;
    v1::GetServerInfoResponse info;
    EXPECT_TRUE(info_->GetServerInfo(&context, {}, &info).ok());
    return info.brain_cache().times_found();
  }

  std::unique_ptr<v1::RecordingService::Stub> recordings_;
  std::optional<KnownRecording> truth_;
  v1::BrainInput brain_;
  grpc::Status last_;
  int asked_ = 0;
};

TEST_F(SealAttackTest, R2WithAFixedAlphaGivesInnerProductsAway) {
  Seal(LetsEverythingGo());
  const auto pairs = RandomPairs(60);
  EXPECT_GT(Correlation(InnersByR2(pairs), TrueInners(pairs)), 0.999);
}

TEST_F(SealAttackTest, ByDefaultR2IsNotTold) {
  Seal({});
  const auto pairs = RandomPairs(60);
  const Vector truth = TrueInners(pairs);
  EXPECT_LT(std::abs(Correlation(InnersByR2(pairs), truth)), ChanceCorrelation(truth.size()));
  EXPECT_EQ(last_.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(last_.error_message(), HasSubstr("spec.options.metric"));
}

// The same columns under Pearson: each score is an inner product in units of its spread over the
// fold, so that what is told of a pair is known. What protects the recording is that so few pairs
// are told: of all of them the attack knows no more than it paid for.
TEST_F(SealAttackTest, ByDefaultFewPairsAreTold) {
  Seal({});
  const auto pairs = RandomPairs(400);
  std::vector<Column> columns;
  for (const Pair& pair : pairs) columns.push_back(TwoHot(pair, 1));
  const Vector told = TellScores(columns, v1::METRIC_PEARSON);
  EXPECT_EQ(ReasonOf(last_), "QUOTA_RELEASED_NUMBERS");
  EXPECT_LE(told.size(), kNumbers / 100);
  const Vector of_told = TrueInners({pairs.begin(), pairs.begin() + std::ssize(told) / kTimes});
  EXPECT_GT(Correlation(told, of_told), 0.9);
  std::vector<Pair> all;
  Vector known;
  for (int i = 0; i < kWords / 2; ++i) {
    for (int j = kWords / 2; j < kWords; ++j) {
      all.push_back({i, j});
      known.insert(known.end(), kTimes, 0.0);
    }
  }
  for (std::size_t n = 0; n < told.size(); ++n) {
    const Pair& pair = pairs[n / kTimes];
    const int at = pair.i * kWords / 2 + pair.j - kWords / 2;
    known[static_cast<std::size_t>(at) * kTimes + n % kTimes] = told[n];
  }
  // Whoever knows m of n independent numbers exactly, and nothing of the others, has a correlation
  // of sqrt(m / n) with all of them.
  const auto of_all = static_cast<double>(known.size());
  EXPECT_LT(std::abs(Correlation(known, TrueInners(all))),
            std::sqrt(static_cast<double>(told.size()) / of_all) + ChanceCorrelation(known.size()));
}

// In a fold of two words the correlation is the sign of a difference of two predictions.
TEST_F(SealAttackTest, FoldsOfTwoWordsAreReadings) {
  Seal(LetsEverythingGo(), 120);
  EXPECT_EQ(HitsOfTwoWordFolds(60), 60 * kTimes);
}

TEST_F(SealAttackTest, ByDefaultThereAreNoSmallFolds) {
  Seal({});
  // The attack tosses coins.
  const double coins = 60 * kTimes;
  EXPECT_LT(std::abs(HitsOfTwoWordFolds(60) - coins / 2), 4 * std::sqrt(coins) / 2);
  EXPECT_THAT(last_.error_message(), HasSubstr("spec.options.folds"));
  // Nor does a purge leave two words to train on.
  v1::CreateJobRequest request = Ask({TwoHot({1, kWords - 1}, 1)}, v1::METRIC_PEARSON, 2);
  request.mutable_spec()->mutable_options()->set_purge_seconds(kWords / 2 - 3);
  EXPECT_FALSE(Tell(request));
  EXPECT_THAT(last_.error_message(), HasSubstr("spec.options.purge_seconds"));
}

TEST_F(SealAttackTest, WithoutABudgetMoreNumbersAreToldThanThereAre) {
  Seal(LetsEverythingGo());
  EXPECT_GT(CountNumbers(60), kNumbers);
}

TEST_F(SealAttackTest, ByDefaultFewNumbersAreTold) {
  Seal({});
  EXPECT_LE(CountNumbers(60), kNumbers / 100);
  EXPECT_EQ(ReasonOf(last_), "QUOTA_RELEASED_NUMBERS");
}

TEST_F(SealAttackTest, CacheKeyConfirmsAGuess) {
  Seal(LetsEverythingGo());
  EXPECT_EQ(GuessesConfirmedByCacheKey(), 1);
}

TEST_F(SealAttackTest, ByDefaultNothingConfirmsAGuess) {
  Seal({});
  EXPECT_EQ(GuessesConfirmedByCacheKey(), 0);
  // Nor does the server: the job is computed on the right guess as on any other.
  for (const unsigned seed : {7U, 8U}) {
    v1::CreateJobRequest request = Ask({TwoHot({0, kWords - 1}, 1)}, v1::METRIC_PEARSON, 2);
    v1::BrainInput guess = brain_;
    *guess.mutable_epochs() =
        StoreBytes({kWords, kSensors, kTimes}, KnownRecording(kWords, seed).bytes());
    *guess.mutable_onsets_seconds() = StoreOnsets(kWords);
    *request.mutable_spec()->mutable_brain() = guess;
    const std::int64_t before = TimesFound();
    const v1::Job job = Create(request);
    EXPECT_EQ(job.reason(), v1::JOB_REASON_UNSPECIFIED);
    Watch(job.job_id());
    EXPECT_EQ(TimesFound(), before);
  }
}

}  // namespace
}  // namespace brainalign
