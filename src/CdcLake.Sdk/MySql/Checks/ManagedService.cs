namespace CdcLake.MySql.Checks;

/// <summary>
/// Who runs a server. Managed services do not let anybody <c>SET PERSIST</c>: each has another place for settings. Sources: Amazon RDS and Aurora user guides ("Working with parameter
/// groups", "mysql.rds_set_configuration"), Google Cloud SQL ("Configure database flags"), Azure Database for MySQL ("Server parameters").
/// </summary>
internal enum ManagedService
{
    None,

    /// <summary>Nobody, and the server is MariaDB, which has no SET PERSIST.</summary>
    MariaDb,
    Rds,
    Aurora,
    CloudSql,
    Azure,
}

/// <summary>Recognises managed services, and spells settings as each takes them.</summary>
internal static class ManagedServices
{
    private const int Week = 604_800;

    /// <param name="host">As the connection string names it.</param>
    /// <param name="version">The server's version text.</param>
    /// <param name="baseDirectory"><c>@@basedir</c>; null when unknown.</param>
    /// <param name="isAurora">The server knows the variable <c>aurora_version</c>.</param>
    public static ManagedService Of(string host, string version, string? baseDirectory, bool isAurora)
    {
        if (isAurora)
        {
            return ManagedService.Aurora;
        }

        var isAmazon = Ends(".rds.amazonaws.com") || Ends(".rds.amazonaws.com.cn") || baseDirectory?.Contains("rdsdb", StringComparison.OrdinalIgnoreCase) == true;
        return isAmazon ? ManagedService.Rds
            : version.Contains("-google", StringComparison.OrdinalIgnoreCase) ? ManagedService.CloudSql
            : Ends(".mysql.database.azure.com") || Ends(".mariadb.database.azure.com") ? ManagedService.Azure
            : version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) ? ManagedService.MariaDb
            : ManagedService.None;

        bool Ends(string suffix) => host.EndsWith(suffix, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>How a dynamic setting is made for good.</summary>
    public static string Set(this ManagedService service, string name, string value) => service switch
    {
        ManagedService.Rds =>
            $"On Amazon RDS set it in the instance's DB parameter group: aws rds modify-db-parameter-group --db-parameter-group-name GROUP --parameters \"ParameterName={RdsName(name)},ParameterValue={value},ApplyMethod=immediate\"",
        ManagedService.Aurora =>
            $"On Amazon Aurora set it in the cluster's parameter group and reboot the writer: aws rds modify-db-cluster-parameter-group --db-cluster-parameter-group-name GROUP --parameters \"ParameterName={RdsName(name)},ParameterValue={value},ApplyMethod=pending-reboot\"",
        ManagedService.CloudSql =>
            $"On Cloud SQL set the flag, together with those the instance has already: gcloud sql instances patch INSTANCE --database-flags={name}={value.ToLowerInvariant()}",
        ManagedService.Azure =>
            $"On Azure set the server parameter: az mysql flexible-server parameter set --resource-group GROUP --server-name SERVER --name {name} --value {value}",
        ManagedService.MariaDb => $"Run: SET GLOBAL {name}={value}; and put {name}={value} into the server's configuration",
        _ => $"Run: SET PERSIST {name}={value};",
    };

    /// <summary>How GTIDs are turned on.</summary>
    public static string TurnGtidsOn(this ManagedService service) => service switch
    {
        ManagedService.None =>
            "Run: SET PERSIST enforce_gtid_consistency=ON; SET PERSIST gtid_mode=OFF_PERMISSIVE; SET PERSIST gtid_mode=ON_PERMISSIVE; SET PERSIST gtid_mode=ON;",
        ManagedService.CloudSql => "On Cloud SQL GTIDs are always on: connect to the instance itself.",
        _ => $"{service.Set("enforce_gtid_consistency", "ON")} and then the same with gtid_mode=ON",
    };

    /// <summary>How the log is turned on.</summary>
    public static string TurnLogOn(this ManagedService service) => service switch
    {
        ManagedService.Rds => "On Amazon RDS turn on automated backups (a backup retention period of 1 day or more); that turns the log on.",
        ManagedService.Aurora => "On Amazon Aurora set binlog_format=ROW in the cluster's parameter group, reboot, and connect to the writer: readers have no log.",
        ManagedService.CloudSql => "On Cloud SQL turn on point-in-time recovery: gcloud sql instances patch INSTANCE --enable-bin-log",
        ManagedService.Azure => "On Azure the log is always on for the primary: connect to it instead of to a replica.",
        _ => "Start the server with log_bin=binlog in its configuration.",
    };

    /// <summary>How a log is kept for a week.</summary>
    public static string KeepLogs(this ManagedService service) => service switch
    {
        ManagedService.Rds or ManagedService.Aurora => "Run: CALL mysql.rds_set_configuration('binlog retention hours', 168);",
        ManagedService.CloudSql => "On Cloud SQL keep it longer: gcloud sql instances patch INSTANCE --retained-transaction-log-days=7",
        ManagedService.MariaDb => service.Set("expire_logs_days", "7"), // versions before 10.6 do not count in seconds
        _ => service.Set("binlog_expire_logs_seconds", Week.ToString(System.Globalization.CultureInfo.InvariantCulture)),
    };

    private static string RdsName(string name) => name == "gtid_mode" ? "gtid-mode" : name;
}
