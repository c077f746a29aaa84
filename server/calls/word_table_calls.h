#ifndef BRAINALIGN_SERVER_CALLS_WORD_TABLE_CALLS_H_
#define BRAINALIGN_SERVER_CALLS_WORD_TABLE_CALLS_H_

#include "brainalign/v1/word_table.pb.h"
#include "server/calls/call_gate.h"
#include "server/resources/word_tables.h"

namespace brainalign {

// brainalign.v1.WordTableService. The pointers must outlive it.
class WordTableCalls {
 public:
  WordTableCalls(const CallGate* gate, WordTables* word_tables)
      : gate_(gate), word_tables_(word_tables) {}

  absl::StatusOr<v1::CreateWordTableResponse> CreateWordTable(
      const Credentials& credentials, const v1::CreateWordTableRequest& request);
  absl::StatusOr<v1::GetWordTableResponse> GetWordTable(const Credentials& credentials,
                                                        const v1::GetWordTableRequest& request);
  absl::StatusOr<v1::ListWordTablesResponse> ListWordTables(
      const Credentials& credentials, const v1::ListWordTablesRequest& request);
  absl::StatusOr<v1::DeleteWordTableResponse> DeleteWordTable(
      const Credentials& credentials, const v1::DeleteWordTableRequest& request);

 private:
  const CallGate* const gate_;
  WordTables* const word_tables_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CALLS_WORD_TABLE_CALLS_H_
