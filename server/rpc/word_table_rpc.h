#ifndef BRAINALIGN_SERVER_RPC_WORD_TABLE_RPC_H_
#define BRAINALIGN_SERVER_RPC_WORD_TABLE_RPC_H_

#include "brainalign/v1/word_table.grpc.pb.h"
#include "server/resources/word_tables.h"
#include "server/rpc/rpc_gate.h"

namespace brainalign {

// brainalign.v1.WordTableService. The pointers must outlive it.
class WordTableRpc final : public v1::WordTableService::Service {
 public:
  WordTableRpc(const RpcGate* gate, WordTables* word_tables)
      : gate_(gate), word_tables_(word_tables) {}

  grpc::Status CreateWordTable(grpc::ServerContext* context,
                               const v1::CreateWordTableRequest* request,
                               v1::CreateWordTableResponse* response) override;
  grpc::Status GetWordTable(grpc::ServerContext* context, const v1::GetWordTableRequest* request,
                            v1::GetWordTableResponse* response) override;
  grpc::Status ListWordTables(grpc::ServerContext* context,
                              const v1::ListWordTablesRequest* request,
                              v1::ListWordTablesResponse* response) override;
  grpc::Status DeleteWordTable(grpc::ServerContext* context,
                               const v1::DeleteWordTableRequest* request,
                               v1::DeleteWordTableResponse* response) override;

 private:
  const RpcGate* const gate_;
  WordTables* const word_tables_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_WORD_TABLE_RPC_H_
