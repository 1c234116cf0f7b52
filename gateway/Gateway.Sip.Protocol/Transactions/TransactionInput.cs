using System.Runtime.InteropServices;

namespace Gateway.Sip.Protocol.Transactions;

/// <summary>One input of a transaction machine; <see cref="Status"/> counts for responses only.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TransactionInput(TransactionInputKind Kind, int Status = 0)
{
    public static readonly TransactionInput Request = new(TransactionInputKind.Request);

    public static readonly TransactionInput Ack = new(TransactionInputKind.Ack);

    public static readonly TransactionInput Cancel = new(TransactionInputKind.Cancel);

    public static readonly TransactionInput Tick = new(TransactionInputKind.Tick);

    public static readonly TransactionInput TransportFailed = new(TransactionInputKind.TransportFailed);

    public static TransactionInput Response(int status) => new(TransactionInputKind.Response, status);
}
