#include "server/logs/error_log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <deque>
#include <mutex>

namespace brainalign {
namespace {

ErrorLog::Level LevelOfLine(spdlog::level::level_enum level) {
  if (level >= spdlog::level::critical) return ErrorLog::Level::kCritical;
  return level >= spdlog::level::err ? ErrorLog::Level::kError : ErrorLog::Level::kWarning;
}

}  // namespace

struct ErrorLog::Ring {
  class Sink : public spdlog::sinks::base_sink<std::mutex> {
   public:
    explicit Sink(std::size_t most_lines) : most_lines_(most_lines) {}

    std::vector<Line> Read(std::int64_t after) {
      const std::lock_guard<std::mutex> lock(mutex_);
      const auto first = std::find_if(lines_.begin(), lines_.end(),
                                      [&](const Line& line) { return line.number > after; });
      return {first, lines_.end()};
    }

   protected:
    void sink_it_(const spdlog::details::log_msg& said) override {
      const absl::Time time = absl::FromChrono(said.time);
      last_ = std::max(last_ + 1, absl::ToUnixMicros(time));
      lines_.push_back({.number = last_,
                        .time = time,
                        .level = LevelOfLine(said.level),
                        .message = std::string(said.payload.data(), said.payload.size())});
      if (lines_.size() > most_lines_) lines_.pop_front();
    }
    void flush_() override {}

   private:
    const std::size_t most_lines_;
    std::deque<Line> lines_;
    std::int64_t last_ = 0;
  };

  std::shared_ptr<Sink> sink;
};

ErrorLog::ErrorLog(int lines)
    : ring_(std::make_unique<Ring>(
          Ring{std::make_shared<Ring::Sink>(static_cast<std::size_t>(lines))})) {
  ring_->sink->set_level(spdlog::level::warn);
}

ErrorLog::~ErrorLog() = default;

std::shared_ptr<spdlog::sinks::sink> ErrorLog::sink() const { return ring_->sink; }

const char* ErrorLog::Name(Level level) {
  switch (level) {
    case Level::kWarning:
      return "warning";
    case Level::kError:
      return "error";
    case Level::kCritical:
      return "critical";
  }
  return "";
}

std::optional<ErrorLog::Level> ErrorLog::LevelOf(absl::string_view name) {
  for (const Level level : {Level::kWarning, Level::kError, Level::kCritical}) {
    if (name == Name(level)) return level;
  }
  return std::nullopt;
}

std::vector<ErrorLog::Line> ErrorLog::Read(std::int64_t after) const {
  return ring_->sink->Read(after);
}

}  // namespace brainalign
