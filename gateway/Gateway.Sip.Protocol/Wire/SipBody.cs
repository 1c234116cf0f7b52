using System.Text;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>What the headers about a body say beside its type (RFC 3261 §8.2.3, §20.11, §20.12).</summary>
public static class SipBody
{
    /// <summary>No coding other than identity was applied to it; any other is refused with 415 and Accept-Encoding.</summary>
    public static bool IsPlainlyEncoded(SipMessage message)
    {
        if (!message.Has(SipHeaderId.ContentEncoding)) return true;
        foreach (var coding in message.All(SipHeaderId.ContentEncoding))
        {
            if (!Ascii.EqualsIgnoreCase(coding, "identity"u8)) return false;
        }

        return true;
    }

    /// <summary>The sender does not mind when it is not understood: <c>handling=optional</c>.</summary>
    public static bool IsOptional(SipMessage message)
    {
        var disposition = message.First(SipHeaderId.ContentDisposition);
        return !disposition.IsEmpty
            && SipGrammar.TryParameter(disposition[SipGrammar.ParameterLength(disposition)..], "handling"u8, out var handling)
            && Ascii.EqualsIgnoreCase(handling, "optional"u8);
    }
}
