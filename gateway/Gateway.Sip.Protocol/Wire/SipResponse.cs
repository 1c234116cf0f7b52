namespace Gateway.Sip.Protocol.Wire;

/// <summary>A response (RFC 3261 §7.2).</summary>
public sealed class SipResponse : SipMessage
{
    private readonly int _reasonStart;
    private readonly int _reasonLength;

    internal SipResponse(in SipParts parts, int status, int reasonStart, int reasonLength)
        : base(parts)
    {
        (Status, _reasonStart, _reasonLength) = (status, reasonStart, reasonLength);
    }

    /// <summary>100 to 699. Unknown codes count as x00 of their class (RFC 3261 §8.1.3.2); an unknown 1xx such as 101 as 183 without body.</summary>
    public int Status { get; }

    public string ReasonPhrase => SipGrammar.Text(Slice(_reasonStart, _reasonLength));

    public bool IsProvisional => Status < 200;

    public bool IsFinal => Status >= 200;

    public bool IsSuccess => Status is >= 200 and < 300;

    public override string ToString() => $"{Status} {ReasonPhrase}";
}
