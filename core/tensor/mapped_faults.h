#ifndef BRAINALIGN_CORE_TENSOR_MAPPED_FAULTS_H_
#define BRAINALIGN_CORE_TENSOR_MAPPED_FAULTS_H_

namespace brainalign {

// Installs a handler for SIGBUS. If a page of a mapped file cannot be read (the disk fails, or the
// file was truncated), Tensor::CheckReadable and the alignment that uses it return an error.
// Without the handler the system ends the process. Any other SIGBUS goes to the previous handler,
// or has its default action. Programs call it once, at their start; further calls do nothing. The
// library itself never changes signal handlers.
void InstallMappedFaultHandler();

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TENSOR_MAPPED_FAULTS_H_
