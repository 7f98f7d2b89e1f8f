package panels

import (
	"fmt"
	"io"
	"math/rand/v2"
)

// PHPNuxBill says what is in a database of PHPNuxBill.
type PHPNuxBill struct {
	Customers, Recharges, Refused int
	Balance                       int64 // cents
}

// Schema is how such a dump begins.
const Schema = "-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB\n/*!40101 SET NAMES utf8mb4 */;\n" +
	"DROP TABLE IF EXISTS `tbl_appconfig`;\nCREATE TABLE `tbl_appconfig` (\n  `id` int(11) NOT NULL,\n  `setting` mediumtext NOT NULL,\n  `value` mediumtext DEFAULT NULL,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\n" +
	"INSERT INTO `tbl_appconfig` VALUES (1,'CompanyName','O\\'Neil; (Wi-Fi) -- Ltd'),(6,'timezone','Africa/Nairobi');\n" +
	"CREATE TABLE `tbl_bandwidth` (\n  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,\n  `name_bw` varchar(255) NOT NULL,\n  `rate_down` int(10) unsigned NOT NULL,\n  `rate_down_unit` enum('Kbps','Mbps') NOT NULL,\n  `rate_up` int(10) unsigned NOT NULL,\n  `rate_up_unit` enum('Kbps','Mbps') NOT NULL,\n  `burst` varchar(128) NOT NULL DEFAULT '',\n  PRIMARY KEY (`id`)\n);\n" +
	"INSERT INTO `tbl_bandwidth` VALUES (1,'10M',10,'Mbps',5,'Mbps',''),(2,'Small',512,'Kbps',256,'Kbps','1M/2M 256k/512k 8/8');\n" +
	"CREATE TABLE `tbl_plans` (\n  `id` int(10) NOT NULL,\n  `name_plan` varchar(40) NOT NULL,\n  `id_bw` int(10) NOT NULL,\n  `price` varchar(40) NOT NULL,\n  `type` enum('Hotspot','PPPOE','Balance') NOT NULL,\n  `typebp` enum('Unlimited','Limited') DEFAULT NULL,\n  `limit_type` enum('Time_Limit','Data_Limit','Both_Limit') DEFAULT NULL,\n  `time_limit` int(10) DEFAULT NULL,\n  `time_unit` enum('Mins','Hrs') DEFAULT NULL,\n  `data_limit` int(10) DEFAULT NULL,\n  `data_unit` enum('MB','GB') DEFAULT NULL,\n  `validity` int(10) NOT NULL,\n  `validity_unit` enum('Mins','Hrs','Days','Months','Period') NOT NULL,\n  `shared_users` int(10) DEFAULT NULL,\n  `routers` varchar(32) NOT NULL,\n  `prepaid` enum('yes','no') DEFAULT 'yes' COMMENT 'is (pre)paid, or not',\n  PRIMARY KEY (`id`), KEY `x` (`name_plan`(10))\n);\n" +
	"INSERT INTO `tbl_plans` VALUES (1,'Home 10',1,'2500','PPPOE','Unlimited',NULL,NULL,NULL,NULL,NULL,1,'Months',1,'Kasarani','yes'),(2,'Day 2GB',2,'50.00','Hotspot','Limited','Both_Limit',90,'Mins',2,'GB',24,'Hrs',3,'Kasarani','yes'),(3,'Top up 500',0,'500','Balance',NULL,NULL,NULL,NULL,NULL,NULL,0,'Days',NULL,'','yes'),(4,'Office',1,'free','PPPOE','Unlimited',NULL,NULL,NULL,NULL,NULL,1,'Months',1,'Kasarani','no');\n" +
	"CREATE TABLE `tbl_routers` (`id` int NOT NULL, `name` varchar(32), `ip_address` varchar(128), `username` varchar(50), `password` varchar(60));\nINSERT INTO `tbl_routers` VALUES (1,'Kasarani','10.0.0.1:8728','api','s3cret');\n" +
	"CREATE TABLE `tbl_customers` (\n  `id` int(10) NOT NULL AUTO_INCREMENT,\n  `username` varchar(45) NOT NULL,\n  `password` varchar(45) NOT NULL,\n  `pppoe_password` varchar(45) NOT NULL DEFAULT '' COMMENT 'For PPPOE Login',\n  `fullname` varchar(45) NOT NULL,\n  `address` mediumtext,\n  `phonenumber` varchar(20) DEFAULT '0',\n  `email` varchar(128) NOT NULL DEFAULT '1',\n  `balance` decimal(15,2) NOT NULL DEFAULT 0.00,\n  `account_type` enum('Business','Personal') DEFAULT 'Personal',\n  `status` enum('Active','Banned','Disabled') NOT NULL DEFAULT 'Active',\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;\n"

const rechargeSchema = "CREATE TABLE `tbl_user_recharges` (`id` int(10) NOT NULL, `customer_id` int(10) NOT NULL, `username` varchar(32) NOT NULL, `plan_id` int(10) NOT NULL, `namebp` varchar(40) NOT NULL, `expiration` date NOT NULL, `time` time NOT NULL, `status` varchar(20) NOT NULL, `method` varchar(128) NOT NULL, `routers` varchar(32) NOT NULL, `type` varchar(15) NOT NULL);\n"

// WritePHPNuxBill writes one as mysqldump does: of every hundred customers one has a hash for a password, one a plan that was deleted.
func WritePHPNuxBill(out io.Writer, customers int, seed uint64) (d PHPNuxBill) {
	r := rand.New(rand.NewPCG(seed, 1))
	fmt.Fprint(out, Schema)
	d.Customers = customers
	for n := 1; n <= customers; n++ {
		head := ","
		if n%500 == 1 {
			head = ";\nINSERT INTO `tbl_customers` VALUES "
			if n == 1 {
				head = head[2:]
			}
		}
		cents := r.Int64N(400_000) - 100_000
		d.Balance += cents
		password, status := fmt.Sprintf("p\\'%d\\\\x", n), "Active"
		if n%100 == 7 {
			password = "d033e22ae348aeb5660fc2140aec35850c4da997"
		}
		if n%50 == 3 {
			status = "Banned"
		}
		sign := ""
		if cents < 0 {
			sign = "-"
		}
		fmt.Fprintf(out, "%s(%d,'user%05d','%s','%s','Wanjirũ; (%d)\\nMũgo','Kasarani, house %d','07%08d','1',%s%d.%02d,'Personal','%s')", head, n, n, password,
			map[bool]string{true: fmt.Sprintf("pp-%d", n)}[n%2 == 0 && n%100 != 7], n, n, n, sign, max(cents, -cents)/100, max(cents, -cents)%100, status)
	}
	fmt.Fprint(out, ";\n"+rechargeSchema)
	for n := 1; n <= customers; n++ {
		head := ","
		if n%500 == 1 {
			head = map[bool]string{true: "", false: ";\n"}[n == 1] + "INSERT INTO `tbl_user_recharges` VALUES "
		}
		plan, kind := 1, "PPPOE"
		if n%3 == 0 {
			plan, kind = 2, "Hotspot"
		}
		if n%100 == 13 {
			plan = 99
		}
		d.Recharges++
		if n%100 == 13 || n%100 == 7 {
			d.Refused++
		}
		fmt.Fprintf(out, "%s(%d,%d,'user%05d',%d,'Home 10','2026-12-%02d','12:%02d:00','on','M-Pesa','Kasarani','%s')", head, n, n, n, plan, n%28+1, n%60, kind)
	}
	fmt.Fprint(out, ";\nCREATE TABLE `tbl_transactions` (`id` int NOT NULL, `invoice` varchar(25));\nINSERT INTO `tbl_transactions` VALUES (1,'INV-1'),(2,'INV-2'),(3,'INV-3');\n")
	fmt.Fprint(out, "CREATE TABLE tbl_customers_fields (id INT PRIMARY KEY AUTO_INCREMENT, customer_id INT NOT NULL, field_name VARCHAR(255), field_value VARCHAR(255), FOREIGN KEY (customer_id) REFERENCES tbl_customers(id));\nINSERT INTO tbl_customers_fields (id, customer_id, field_name, field_value) VALUES (1,2,'Account No','ACC-0002'),(2,2,'House','B4'),(3,2,'KRA PIN','A001234567Z');\n\n-- Dump completed on 2026-11-26  8:12:02\n")
	return d
}
