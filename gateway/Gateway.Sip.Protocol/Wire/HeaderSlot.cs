namespace Gateway.Sip.Protocol.Wire;

/// <summary>Where one header line stands in the owned bytes of its message: 16 bytes, no copy.</summary>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct HeaderSlot(int NameStart, int ValueStart, int ValueLength, short NameLength, SipHeaderId Id);
