#include "tests/durability/network/message_tracker.h"

#include <algorithm>

namespace brainalign {
namespace {

constexpr std::int64_t kPrefaceBytes = 24;
constexpr std::size_t kFrameHeaderBytes = 9;
constexpr std::size_t kMessageHeadBytes = 5;
constexpr unsigned char kDataFrame = 0;

std::uint32_t BigEndian(const std::string& bytes, std::size_t begin, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[begin + i]);
  }
  return value;
}

}  // namespace

MessageTracker::MessageTracker(bool from_client, std::int64_t least_bytes)
    : least_bytes_(least_bytes), preface_left_(from_client ? kPrefaceBytes : 0) {}

void MessageTracker::Seek(const Place& place) {
  sought_ = place;
  sought_->message += messages_begun_;
  reached_ = false;
  one_more_ = false;
}

MessageTracker::Step MessageTracker::Take(const char* data, std::size_t size) {
  std::size_t taken = 0;
  while (taken < size) {
    const bool ends_after_this = one_more_;
    const std::size_t most = ends_after_this ? 1 : size - taken;
    if (preface_left_ > 0) {
      const auto step = std::min<std::size_t>(most, static_cast<std::size_t>(preface_left_));
      preface_left_ -= static_cast<std::int64_t>(step);
      taken += step;
    } else if (frame_left_ == 0) {
      taken += TakeFrameHeader(data + taken, most);
    } else {
      const auto step = std::min<std::size_t>(most, static_cast<std::size_t>(frame_left_));
      const std::size_t passed = is_data_ ? TakeData(data + taken, step) : step;
      frame_left_ -= static_cast<std::int64_t>(passed);
      taken += passed;
    }
    if (ends_after_this || reached_) {
      one_more_ = false;
      reached_ = false;
      sought_.reset();
      return {taken, true};
    }
  }
  return {taken, false};
}

std::size_t MessageTracker::TakeFrameHeader(const char* data, std::size_t size) {
  const std::size_t step = std::min(size, kFrameHeaderBytes - frame_header_.size());
  frame_header_.append(data, step);
  if (frame_header_.size() == kFrameHeaderBytes) {
    frame_left_ = BigEndian(frame_header_, 0, 3);
    is_data_ = static_cast<unsigned char>(frame_header_[3]) == kDataFrame;
    stream_ = BigEndian(frame_header_, 5, 4) & 0x7FFFFFFFu;
    frame_header_.clear();
  }
  return step;
}

std::size_t MessageTracker::TakeData(const char* data, std::size_t size) {
  Message& message = messages_[stream_];
  if (message.head.size() < kMessageHeadBytes) {
    // A byte at a time: few, and only then is it known whether the message counts.
    message.head.push_back(*data);
    ++message.taken;
    if (message.head.size() == kMessageHeadBytes) {
      const std::int64_t content = BigEndian(message.head, 1, 4);
      message.total = static_cast<std::int64_t>(kMessageHeadBytes) + content;
      if (content >= least_bytes_) message.number = messages_begun_++;
    }
    size = 1;
  } else {
    size = static_cast<std::size_t>(std::min(
        {static_cast<std::int64_t>(size), message.total - message.taken, BytesToPlace(message)}));
    message.taken += static_cast<std::int64_t>(size);
    if (message.number >= 0) {
      content_bytes_ += static_cast<std::int64_t>(size);
      KeepFront(message, data, size);
    }
  }
  reached_ = IsPlace(message);
  if (message.total > 0 && message.taken == message.total) {
    if (message.number >= 0) ++messages_passed_;
    if (sought_.has_value() && sought_->message == message.number &&
        sought_->where == Place::kOneByteLater) {
      one_more_ = true;
    }
    messages_.erase(stream_);
  }
  return size;
}

void MessageTracker::KeepFront(Message& message, const char* data, std::size_t size) {
  const auto content = static_cast<std::size_t>(message.total) - kMessageHeadBytes;
  const std::size_t wanted = std::min(kFrontBytes, content);
  if (message.front.size() == wanted) return;
  message.front.append(data, std::min(size, wanted - message.front.size()));
  if (message.front.size() == wanted && on_message_) on_message_(stream_, message.front);
}

std::int64_t MessageTracker::BytesToPlace(const Message& message) const {
  const std::int64_t left = message.total - message.taken;
  if (!sought_.has_value() || message.number != sought_->message) return left;
  std::int64_t at = message.total;
  if (sought_->where == Place::kMiddle) at = message.total / 2;
  if (sought_->where == Place::kBeforeLastByte) at = message.total - 1;
  return at > message.taken ? at - message.taken : left;
}

bool MessageTracker::IsPlace(const Message& message) const {
  if (!sought_.has_value() || message.number < 0 || message.number != sought_->message) {
    return false;
  }
  switch (sought_->where) {
    case Place::kAfterHead:
      return message.taken == static_cast<std::int64_t>(kMessageHeadBytes);
    case Place::kMiddle:
      return message.taken == message.total / 2;
    case Place::kBeforeLastByte:
      return message.taken == message.total - 1;
    case Place::kAfterLastByte:
      return message.taken == message.total;
    case Place::kOneByteLater:
      return false;
  }
  return false;
}

}  // namespace brainalign
