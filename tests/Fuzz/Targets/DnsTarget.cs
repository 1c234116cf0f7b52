using Gateway.Transport;

namespace Fuzz.Targets;

/// <summary>Resource data of DNS answers: a name that comes out is a name.</summary>
internal sealed class DnsTarget : Target
{
    public override string Name => "dns";

    public override Corpus Corpus { get; } = new(
        [
            [0, 1, 0, 2, 20, 103, 3, .. "sip"u8, 7, .. "contoso"u8, 7, .. "example"u8, 0],
            [0, 1, 0, 1, 1, .. "s"u8, 8, .. "SIPS+D2T"u8, 0, 5, .. "_sips"u8, 4, .. "_tcp"u8, 7, .. "example"u8, 0],
            [3, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
            [192, 0, 2, 1], [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0],
        ],
        [[0], [63], [64], [0xc0, 0x0c], [0xff, 0xff], [1, (byte)'.'], [1, (byte)'*'], [.. "_sipfederationtls"u8]]);

    public override void Run(ReadOnlySpan<byte> input, ref Chance chance)
    {
        _ = DnsWire.ReadAddress(input);
        if (DnsWire.ReadService(input) is { Target: not "." } service) Require(DnsWire.IsName(service.Target), "a service points at what is no name");
        if (DnsWire.ReadPointer(input) is { Replacement: not "." } pointer) Require(DnsWire.IsName(pointer.Replacement), "a pointer points at what is no name");
        _ = DnsWire.ReadTlsa(input);
    }
}
