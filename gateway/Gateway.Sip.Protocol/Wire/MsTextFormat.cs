using System.Buffers.Text;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>
/// <c>ms-text-format</c> and <c>ms-im-format</c> of an INVITE: the first message embedded, base64. The same text comes again as MESSAGE unless
/// claimed, and we never claim it: read for logs and missed-conversation notices only.
/// </summary>
public sealed record MsTextFormat(MediaType Type, byte[] Body)
{
    /// <summary>RFC 4648 size of the longest embedded text we decode; longer ones are left alone.</summary>
    public const int EncodedBytesMax = 64 * 1024;

    public static bool TryRead(ReadOnlySpan<byte> value, out MsTextFormat format)
    {
        format = null!;
        if (value.Length > EncodedBytesMax || !MediaType.TryRead(value, out var type)) return false;
        if (!SipGrammar.TryParameter(value[SipGrammar.ParameterLength(value)..], "ms-body"u8, out var encoded)) return false;
        var padding = (4 - encoded.Length % 4) % 4;
        if (padding == 3) return false;
        var padded = new byte[encoded.Length + padding];
        encoded.CopyTo(padded);
        padded.AsSpan(encoded.Length).Fill((byte)'=');
        var body = new byte[Base64.GetMaxDecodedFromUtf8Length(padded.Length)];
        if (Base64.DecodeFromUtf8(padded, body, out _, out var written) != System.Buffers.OperationStatus.Done) return false;
        format = new MsTextFormat(type, body[..written]);
        return true;
    }
}
