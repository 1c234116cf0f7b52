namespace Gateway.Sip.Protocol.Wire;

/// <summary>One header line as it stood on the wire: original spelling of the name, value without surrounding white space.</summary>
public readonly ref struct SipHeaderLine(SipHeaderId id, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
{
    public SipHeaderId Id { get; } = id;

    public ReadOnlySpan<byte> Name { get; } = name;

    public ReadOnlySpan<byte> Value { get; } = value;
}
