#ifndef BRAINALIGN_CORE_TENSOR_MAPPED_FAULTS_H_
#define BRAINALIGN_CORE_TENSOR_MAPPED_FAULTS_H_

namespace brainalign {

// Makes a page of a mapped file that cannot be read (the disk fails, or the file was made
// shorter) an error: of Tensor::CheckReadable, and of what an alignment computes. Without it the
// system ends the process with SIGBUS. The signal of anything else goes to the handler that was
// there before, else has its default action. For programs, once, at their start; further calls do
// nothing. The library leaves its host's signals alone.
void InstallMappedFaultHandler();

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TENSOR_MAPPED_FAULTS_H_
