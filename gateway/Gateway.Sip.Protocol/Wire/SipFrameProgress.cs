namespace Gateway.Sip.Protocol.Wire;

/// <summary>
/// What the framer remembers of an unfinished message so that a peer writing one byte at a time costs linear work.
/// One per connection, handed in by reference; reset by the framer whenever it consumes.
/// </summary>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
public struct SipFrameProgress
{
    /// <summary>Bytes already searched for the end of the head.</summary>
    internal int Scanned;

    /// <summary>Length of head, or zero while unknown.</summary>
    internal int HeadBytes;

    /// <summary>Length of head and body together, or zero while unknown.</summary>
    internal int MessageBytes;
}
