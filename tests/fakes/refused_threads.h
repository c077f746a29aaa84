#ifndef BRAINALIGN_TESTS_FAKES_REFUSED_THREADS_H_
#define BRAINALIGN_TESTS_FAKES_REFUSED_THREADS_H_

namespace brainalign {

// A system near its limit of threads: while one of these lives, the standard library can have
// `allowed` more threads at a time, in the whole process, and is refused every one above them.
// Threads that gRPC starts by itself are not counted.
class RefusedThreads {
 public:
  explicit RefusedThreads(int allowed);
  ~RefusedThreads();
  RefusedThreads(const RefusedThreads&) = delete;
  RefusedThreads& operator=(const RefusedThreads&) = delete;

  // How many were refused since it was made.
  static int refused();

 private:
  int taken_ = 0;  // places that are not to be had meanwhile
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_FAKES_REFUSED_THREADS_H_
