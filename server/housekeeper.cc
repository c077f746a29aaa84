#include "server/housekeeper.h"

#include <chrono>
#include <utility>

namespace brainalign {

Housekeeper::Housekeeper(std::function<void()> task)
    : task_(std::move(task)), thread_([this] { Run(); }) {}

Housekeeper::~Housekeeper() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Housekeeper::Run() {
  mutex_.lock();
  while (!stopping_) {
    wake_.wait_for(mutex_, std::chrono::seconds(1));
    if (stopping_) break;
    mutex_.unlock();
    task_();
    mutex_.lock();
  }
  mutex_.unlock();
}

}  // namespace brainalign
