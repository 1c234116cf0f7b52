using System.Buffers;

namespace Gateway.Transport;

/// <summary>Bytes gathered for one write, and the receipts of the sends they came from. An empty one has no array. Not thread-safe.</summary>
internal sealed class SendBuffer
{
    private const int FirstBytes = 4 * 1024;

    private readonly List<ISendReceipt> _receipts = [];
    private byte[] _bytes = [];

    internal int Length { get; private set; }

    internal bool IsEmpty => Length == 0 && _receipts.Count == 0;

    internal ReadOnlyMemory<byte> Slice(int start, int length) => _bytes.AsMemory(start, length);

    internal void Append(ReadOnlySpan<byte> bytes, ISendReceipt? receipt)
    {
        if (_bytes.Length - Length < bytes.Length) Grow(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
        if (receipt is not null) _receipts.Add(receipt);
    }

    /// <summary>Empties the buffer and tells everybody what became of it.</summary>
    internal void Complete(TransportReason outcome, TransportConnection connection)
    {
        Length = 0;
        Release();
        if (_receipts.Count == 0) return;
        for (var i = 0; i < _receipts.Count; i++) Tell(_receipts[i], outcome, connection);
        _receipts.Clear();
    }

    // A receipt that throws is a bug of its owner; it must not take the claim of the send queue with it.
    private static void Tell(ISendReceipt receipt, TransportReason outcome, TransportConnection connection)
    {
        try
        {
            receipt.OnWritten(outcome);
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            connection.Failed(bug);
        }
    }

    internal void Release()
    {
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private void Grow(int more)
    {
        var bigger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(FirstBytes, _bytes.Length * 2), Length + more));
        _bytes.AsSpan(0, Length).CopyTo(bigger);
        Release();
        _bytes = bigger;
    }
}
