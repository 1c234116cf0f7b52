namespace Gateway.Sip.Protocol.Wire;

/// <summary>A request (RFC 3261 §7.1). The method keeps its spelling, the Request-URI its bytes.</summary>
public sealed class SipRequest : SipMessage
{
    private readonly int _methodLength;
    private readonly int _uriStart;
    private readonly int _uriLength;

    internal SipRequest(in SipParts parts, int methodLength, int uriStart, int uriLength)
        : base(parts)
    {
        (_methodLength, _uriStart, _uriLength) = (methodLength, uriStart, uriLength);
        Method = SipMethods.Read(MethodBytes);
    }

    public SipMethod Method { get; }

    public ReadOnlySpan<byte> MethodBytes => Slice(0, _methodLength);

    public string MethodName => Method == SipMethod.Other ? SipGrammar.Text(MethodBytes) : Method.Name();

    public ReadOnlySpan<byte> UriBytes => Slice(_uriStart, _uriLength);

    public string UriText => SipGrammar.Text(UriBytes);

    /// <summary>What the transaction layer keeps of this request while it lives; null for one that it does not follow.</summary>
    public object? Transaction { get; set; }

    public bool TryUri(out SipUri uri) => SipUri.TryRead(UriBytes, out uri);

    public override string ToString() => $"{MethodName} {UriText}";
}
