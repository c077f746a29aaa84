#include "server/logs/error_log.h"

#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/spdlog.h>

namespace brainalign {

struct ErrorLog::Ring {
  std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> sink;
};

ErrorLog::ErrorLog(int lines)
    : ring_(std::make_unique<Ring>(Ring{
          std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(static_cast<std::size_t>(lines))})) {
  ring_->sink->set_level(spdlog::level::warn);
}

ErrorLog::~ErrorLog() = default;

std::shared_ptr<spdlog::sinks::sink> ErrorLog::sink() const { return ring_->sink; }

std::vector<ErrorLog::Line> ErrorLog::Read() const {
  std::vector<Line> lines;
  for (const auto& said : ring_->sink->last_raw()) {
    const auto level = spdlog::level::to_string_view(said.level);
    lines.push_back({absl::FromChrono(said.time), std::string(level.data(), level.size()),
                     std::string(said.payload.data(), said.payload.size())});
  }
  return lines;
}

}  // namespace brainalign
