namespace Gateway.Sip.Presence;

/// <summary>Somebody whose request waits for its turn with a peer.</summary>
internal interface ITurnTaker
{
    /// <summary>The turn has come. False: there is nothing to send any more, and the turn is somebody else's.</summary>
    bool TakeTurn();
}
