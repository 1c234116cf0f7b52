namespace Gateway.Sip.Protocol.Wire;

/// <summary>What the parser hands to the constructors of messages: the owned bytes and the places found in them.</summary>
internal readonly record struct SipParts(byte[] Bytes, HeaderSlot[] Slots, int BodyStart, int BodyLength);
