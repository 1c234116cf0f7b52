namespace Gateway.Sip.Protocol.Transactions;

/// <summary>What can happen to a transaction.</summary>
public enum TransactionInputKind : byte
{
    /// <summary>A response came (client) or the transaction user gives one (server).</summary>
    Response,

    /// <summary>The same request came again (server).</summary>
    Request,

    /// <summary>An ACK came for an INVITE (server).</summary>
    Ack,

    /// <summary>A CANCEL came for the request (server).</summary>
    Cancel,

    /// <summary>Time has passed.</summary>
    Tick,

    /// <summary>The connection broke or the peer cannot be reached.</summary>
    TransportFailed,
}
