namespace Presence.Core.Ports;

/// <summary>Where chance comes from: real at work, seeded in simulation.</summary>
public interface IIdSource
{
    /// <summary>128 random bits that name a decision.</summary>
    UInt128 NextId();

    /// <summary>A number from 0 to 1 that spreads retries.</summary>
    double NextJitter();
}
