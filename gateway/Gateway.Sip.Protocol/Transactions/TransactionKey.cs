using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Gateway.Sip.Protocol.Wire;

namespace Gateway.Sip.Protocol.Transactions;

/// <summary>
/// Identity of a transaction (RFC 3261 §17.1.3, §17.2.3). Keys of different peers must be kept apart by the table that holds them.
/// A top Via without the magic cookie falls back to the RFC 2543 rule.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TransactionKey(string Text)
{
    /// <summary>Key of the server transaction a request belongs to. An ACK has the key of its INVITE.</summary>
    public static TransactionKey Server(SipRequest request) => Server(request, request.Method);

    /// <summary>Key of the request that a CANCEL wants to stop, were its method this one (RFC 3261 §9.2).</summary>
    public static TransactionKey Cancelled(SipRequest cancel, SipMethod method = SipMethod.Invite) => Server(cancel, method);

    /// <summary>Key of the client transaction a response belongs to: branch of the top Via and CSeq method.</summary>
    public static TransactionKey Client(SipResponse response)
    {
        ReadOnlySpan<byte> branch = default;
        foreach (var via in response.All(SipHeaderId.Via))
        {
            branch = Via.BranchOf(via);
            break;
        }

        return new(Join(branch, response.CSeq.Method.Utf8Name()));
    }

    public static TransactionKey Client(string branch, SipMethod method) => new(string.Concat(branch, "|", method.Name(), "|"));

    /// <summary>What one request has by whichever path it came (RFC 3261 §8.2.2.2): From tag, Call-ID and CSeq.</summary>
    public static TransactionKey Merge(SipRequest request) => Merge(request, request.Method);

    /// <summary>The same of the request of another method that an ACK or CANCEL speaks of.</summary>
    public static TransactionKey Merge(SipRequest request, SipMethod method) => new(Join(
        request.FromTagBytes, request.CallIdBytes, NumberOf(request), method == SipMethod.Other ? request.MethodBytes : method.Utf8Name()));

    private static TransactionKey Server(SipRequest request, SipMethod method)
    {
        if (method == SipMethod.Ack) method = SipMethod.Invite;
        var name = method == SipMethod.Other ? request.MethodBytes : method.Utf8Name();
        ReadOnlySpan<byte> top = default;
        foreach (var via in request.All(SipHeaderId.Via))
        {
            top = via;
            break;
        }

        var branch = Via.BranchOf(top);
        if (branch.Length > Via.MagicCookie.Length && branch.StartsWith("z9hG4bK"u8)) return new(Join(branch, SentBy(top), name));

        // RFC 2543: Request-URI, From tag, Call-ID, CSeq number and the whole top Via. The To tag is left out: that of an ACK is ours,
        // that of its INVITE is missing, and the rest already tells transactions of one Call-ID apart.
        return new(Join(request.UriBytes, request.FromTagBytes, request.CallIdBytes, NumberOf(request), top, name));
    }

    private static ReadOnlySpan<byte> NumberOf(SipRequest request)
    {
        var cseq = request.First(SipHeaderId.CSeq);
        return cseq[..Math.Max(0, cseq.IndexOfAny((byte)' ', (byte)'\t'))];
    }

    private static ReadOnlySpan<byte> SentBy(ReadOnlySpan<byte> via)
    {
        var blank = via.IndexOfAny((byte)' ', (byte)'\t');
        var end = via.IndexOf((byte)';');
        return blank < 0 || end < blank ? via : SipGrammar.Trim(via[blank..end]);
    }

    private static string Join(
        ReadOnlySpan<byte> a, ReadOnlySpan<byte> b, ReadOnlySpan<byte> c = default, ReadOnlySpan<byte> d = default,
        ReadOnlySpan<byte> e = default, ReadOnlySpan<byte> f = default)
    {
        var length = a.Length + b.Length + c.Length + d.Length + e.Length + f.Length + 6;
        var rented = length > 512 ? ArrayPool<byte>.Shared.Rent(length) : null;
        var buffer = rented ?? stackalloc byte[512];
        var used = 0;
        Put(buffer, ref used, a);
        Put(buffer, ref used, b);
        if (!c.IsEmpty) Put(buffer, ref used, c);
        if (!d.IsEmpty) Put(buffer, ref used, d);
        if (!e.IsEmpty) Put(buffer, ref used, e);
        if (!f.IsEmpty) Put(buffer, ref used, f);
        var text = Encoding.UTF8.GetString(buffer[..used]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return text;
    }

    private static void Put(Span<byte> buffer, ref int used, ReadOnlySpan<byte> part)
    {
        part.CopyTo(buffer[used..]);
        used += part.Length;
        buffer[used++] = (byte)'|';
    }
}
