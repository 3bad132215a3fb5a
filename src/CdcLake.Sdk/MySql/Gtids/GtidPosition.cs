namespace CdcLake.MySql.Gtids;

/// <summary>GTID sets as users write them.</summary>
internal static class GtidPosition
{
    /// <exception cref="ArgumentException">Not a GTID set.</exception>
    public static MySqlPosition Parse(string gtid, string parameter)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(gtid, parameter);
        try
        {
            return MySqlPosition.Parse(new Dictionary<string, string> { [MySqlPosition.GtidProperty] = gtid });
        }
        catch (CheckpointException e)
        {
            throw new ArgumentException($"\"{gtid}\" is not a GTID set such as 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77, or 0-1-77 of MariaDB.", parameter, e);
        }
    }
}
