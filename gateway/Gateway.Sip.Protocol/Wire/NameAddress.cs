namespace Gateway.Sip.Protocol.Wire;

/// <summary>
/// name-addr or addr-spec with header parameters (RFC 3261 §20.10): From, To, Contact, Route, Record-Route, Refer-To, P-Asserted-Identity.
/// <c>"Name"&lt;sip:…&gt;</c> without a space is normal, epid and tag come in either order (field fact A7).
/// Outside angle brackets everything after a semicolon belongs to the header, and a question mark is an error.
/// </summary>
public sealed record NameAddress
{
    /// <summary>Display name decoded; null when there is none.</summary>
    public string? DisplayName { get; init; }

    public required SipUri Uri { get; init; }

    /// <summary>The URI exactly as written, for byte-exact replay.</summary>
    public required string UriText { get; init; }

    /// <summary>Header parameters from the first semicolon on, original spelling.</summary>
    public SipParameters Parameters { get; init; } = SipParameters.None;

    public string? Tag => Parameters.Get("tag");

    public string? Epid => Parameters.Get("epid");

    public static NameAddress Of(SipUri uri, string? displayName = null, string parameters = "") =>
        new() { Uri = uri, UriText = uri.ToString(), DisplayName = displayName, Parameters = new SipParameters(parameters) };

    public static bool IsValid(ReadOnlySpan<byte> value) =>
        NameAddressParts.TryRead(value, out var parts) && SipUri.IsValid(parts.Uri) && SipGrammar.ParametersHold(parts.Parameters);

    /// <summary>Valid as From or To, whose tag names half a dialog and stands once.</summary>
    internal static bool IsValidParty(ReadOnlySpan<byte> value) =>
        NameAddressParts.TryRead(value, out var parts) && SipUri.IsValid(parts.Uri) && SipGrammar.ParametersHold(parts.Parameters, once: "tag"u8);

    /// <summary>The tag of a From or To value without decoding the rest; empty when absent.</summary>
    public static ReadOnlySpan<byte> TagOf(ReadOnlySpan<byte> value) =>
        NameAddressParts.TryRead(value, out var parts) && SipGrammar.TryParameter(parts.Parameters, "tag"u8, out var tag) ? tag : default;

    /// <summary>The URI bytes of a value without decoding the rest; empty when malformed.</summary>
    public static ReadOnlySpan<byte> UriOf(ReadOnlySpan<byte> value) => NameAddressParts.TryRead(value, out var parts) ? parts.Uri : default;

    public static bool TryRead(string value, out NameAddress address) => TryRead(System.Text.Encoding.UTF8.GetBytes(value), out address);

    public static bool TryRead(ReadOnlySpan<byte> value, out NameAddress address)
    {
        address = null!;
        if (!NameAddressParts.TryRead(value, out var parts)) return false;
        if (!SipUri.TryRead(parts.Uri, out var uri) || !SipParameters.TryRead(parts.Parameters, out var parameters)) return false;
        address = new NameAddress
        {
            DisplayName = parts.DisplayName.IsEmpty ? null : SipGrammar.Unquote(parts.DisplayName),
            Uri = uri,
            UriText = SipGrammar.Text(parts.Uri),
            Parameters = parameters,
        };
        return true;
    }

    public override string ToString() =>
        DisplayName is null ? $"<{UriText}>{Parameters.Raw}" : $"{SipGrammar.Quote(DisplayName)}<{UriText}>{Parameters.Raw}";
}
