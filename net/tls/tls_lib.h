/* The functions of OpenSSL that are used, in a table that is filled at first
 * use (lazy.h). A new one takes a line in each of the two lists. Included by
 * tls_priv.h, behind OpenSSL's own headers. */
#ifndef NET_TLS_LIB_H
#define NET_TLS_LIB_H

#include "net/lazy.h"

#define TLS_FUNCS(X)                                                           \
	X(ACCESS_DESCRIPTION_free)                                             \
	X(ASN1_INTEGER_set_uint64)                                             \
	X(ASN1_STRING_free)                                                    \
	X(ASN1_STRING_get0_data)                                               \
	X(ASN1_STRING_length)                                                  \
	X(ASN1_STRING_set)                                                     \
	X(ASN1_STRING_type_new)                                                \
	X(ASN1_TIME_to_tm)                                                     \
	X(BIO_ctrl_pending)                                                    \
	X(BIO_free)                                                            \
	X(BIO_new)                                                             \
	X(BIO_read_ex)                                                         \
	X(BIO_s_mem)                                                           \
	X(BIO_write_ex)                                                        \
	X(CRYPTO_free)                                                         \
	X(ERR_clear_error)                                                     \
	X(ERR_peek_error)                                                      \
	X(ERR_peek_last_error)                                                 \
	X(ERR_reason_error_string)                                             \
	X(EVP_Digest)                                                          \
	X(EVP_PKEY_Q_keygen)                                                   \
	X(EVP_PKEY_free)                                                       \
	X(EVP_PKEY_get0_type_name)                                             \
	X(EVP_PKEY_get_bits)                                                   \
	X(EVP_PKEY_get_group_name)                                             \
	X(EVP_Q_mac)                                                           \
	X(EVP_sha1)                                                            \
	X(EVP_sha256)                                                          \
	X(GENERAL_NAMES_free)                                                  \
	X(GENERAL_NAMES_new)                                                   \
	X(GENERAL_NAME_free)                                                   \
	X(GENERAL_NAME_get0_value)                                             \
	X(GENERAL_NAME_new)                                                    \
	X(GENERAL_NAME_set0_value)                                             \
	X(OBJ_nid2ln)                                                          \
	X(OBJ_obj2nid)                                                         \
	X(OPENSSL_sk_num)                                                      \
	X(OPENSSL_sk_pop_free)                                                 \
	X(OPENSSL_sk_push)                                                     \
	X(OPENSSL_sk_value)                                                    \
	X(PEM_write_bio_X509)                                                  \
	X(PKCS5_PBKDF2_HMAC)                                                   \
	X(RAND_bytes)                                                          \
	X(SSL_CIPHER_get_bits)                                                 \
	X(SSL_CIPHER_get_name)                                                 \
	X(SSL_CTX_ctrl)                                                        \
	X(SSL_CTX_dane_enable)                                                 \
	X(SSL_CTX_free)                                                        \
	X(SSL_CTX_load_verify_dir)                                             \
	X(SSL_CTX_load_verify_file)                                            \
	X(SSL_CTX_new)                                                         \
	X(SSL_CTX_set_alpn_protos)                                             \
	X(SSL_CTX_set_alpn_select_cb)                                          \
	X(SSL_CTX_set_cert_verify_callback)                                    \
	X(SSL_CTX_set_cipher_list)                                             \
	X(SSL_CTX_set_ciphersuites)                                            \
	X(SSL_CTX_set_default_passwd_cb)                                       \
	X(SSL_CTX_set_default_passwd_cb_userdata)                              \
	X(SSL_CTX_set_default_verify_paths)                                    \
	X(SSL_CTX_set_keylog_callback)                                         \
	X(SSL_CTX_set_num_tickets)                                             \
	X(SSL_CTX_set_options)                                                 \
	X(SSL_CTX_set_security_level)                                          \
	X(SSL_CTX_set_session_id_context)                                      \
	X(SSL_CTX_use_PrivateKey)                                              \
	X(SSL_CTX_use_PrivateKey_file)                                         \
	X(SSL_CTX_use_certificate)                                             \
	X(SSL_CTX_use_certificate_chain_file)                                  \
	X(SSL_add1_host)                                                       \
	X(SSL_ctrl)                                                            \
	X(SSL_dane_enable)                                                     \
	X(SSL_dane_set_flags)                                                  \
	X(SSL_dane_tlsa_add)                                                   \
	X(SSL_do_handshake)                                                    \
	X(SSL_export_keying_material)                                          \
	X(SSL_free)                                                            \
	X(SSL_get0_alpn_selected)                                              \
	X(SSL_get0_dane_authority)                                             \
	X(SSL_get0_dane_tlsa)                                                  \
	X(SSL_get0_param)                                                      \
	X(SSL_get0_peer_certificate)                                           \
	X(SSL_get0_peername)                                                   \
	X(SSL_get0_verified_chain)                                             \
	X(SSL_get_current_cipher)                                              \
	X(SSL_get_error)                                                       \
	X(SSL_get_ex_data)                                                     \
	X(SSL_get_ex_data_X509_STORE_CTX_idx)                                  \
	X(SSL_get_finished)                                                    \
	X(SSL_get_peer_finished)                                               \
	X(SSL_get_rbio)                                                        \
	X(SSL_get_servername)                                                  \
	X(SSL_get_shutdown)                                                    \
	X(SSL_get_verify_mode)                                                 \
	X(SSL_get_verify_result)                                               \
	X(SSL_get_version)                                                     \
	X(SSL_get_wbio)                                                        \
	X(SSL_group_to_name)                                                   \
	X(SSL_new)                                                             \
	X(SSL_read_ex)                                                         \
	X(SSL_select_next_proto)                                               \
	X(SSL_session_reused)                                                  \
	X(SSL_CTX_sess_set_new_cb)                                             \
	X(SSL_SESSION_free)                                                    \
	X(SSL_set_session)                                                     \
	X(SSL_set_accept_state)                                                \
	X(SSL_set_bio)                                                         \
	X(SSL_set_connect_state)                                               \
	X(SSL_set_ex_data)                                                     \
	X(SSL_set_verify)                                                      \
	X(SSL_shutdown)                                                        \
	X(SSL_version)                                                         \
	X(SSL_write_ex)                                                        \
	X(TLS_client_method)                                                   \
	X(TLS_server_method)                                                   \
	X(X509V3_EXT_conf_nid)                                                 \
	X(X509_EXTENSION_free)                                                 \
	X(X509_NAME_add_entry_by_NID)                                          \
	X(X509_NAME_print_ex)                                                  \
	X(X509_STORE_CTX_get0_untrusted)                                       \
	X(X509_STORE_CTX_get_current_cert)                                     \
	X(X509_STORE_CTX_get_error)                                            \
	X(X509_STORE_CTX_get_error_depth)                                      \
	X(X509_STORE_CTX_get_ex_data)                                          \
	X(X509_STORE_CTX_set_error)                                            \
	X(X509_STORE_CTX_set_verify_cb)                                        \
	X(X509_VERIFY_PARAM_set1_host)                                         \
	X(X509_VERIFY_PARAM_set1_ip_asc)                                       \
	X(X509_VERIFY_PARAM_set_flags)                                         \
	X(X509_VERIFY_PARAM_set_hostflags)                                     \
	X(X509_add1_ext_i2d)                                                   \
	X(X509_add_ext)                                                        \
	X(X509_chain_up_ref)                                                   \
	X(X509_check_host)                                                     \
	X(X509_check_issued)                                                   \
	X(X509_check_ip_asc)                                                   \
	X(X509_digest)                                                         \
	X(X509_free)                                                           \
	X(X509_get0_notAfter)                                                  \
	X(X509_get0_notBefore)                                                 \
	X(X509_get0_pubkey)                                                    \
	X(X509_get_X509_PUBKEY)                                                \
	X(X509_get_serialNumber)                                               \
	X(X509_get_ext_d2i)                                                    \
	X(X509_get_extended_key_usage)                                         \
	X(X509_get_issuer_name)                                                \
	X(X509_get_key_usage)                                                  \
	X(X509_get_signature_nid)                                              \
	X(X509_get_subject_name)                                               \
	X(X509_getm_notAfter)                                                  \
	X(X509_getm_notBefore)                                                 \
	X(X509_gmtime_adj)                                                     \
	X(X509_new)                                                            \
	X(X509_set_issuer_name)                                                \
	X(X509_set_pubkey)                                                     \
	X(X509_set_version)                                                    \
	X(X509_sign)                                                           \
	X(X509_up_ref)                                                         \
	X(X509_verify_cert)                                                    \
	X(X509_verify_cert_error_string)                                       \
	X(i2d_X509_PUBKEY)

struct tls_lib {
	TLS_FUNCS(LAZY_POINTER)
};

extern struct tls_lib tls_lib;

#define ACCESS_DESCRIPTION_free	   (tls_lib.ACCESS_DESCRIPTION_free)
#define ASN1_INTEGER_set_uint64	   (tls_lib.ASN1_INTEGER_set_uint64)
#define ASN1_STRING_free	   (tls_lib.ASN1_STRING_free)
#define ASN1_STRING_get0_data	   (tls_lib.ASN1_STRING_get0_data)
#define ASN1_STRING_length	   (tls_lib.ASN1_STRING_length)
#define ASN1_STRING_set		   (tls_lib.ASN1_STRING_set)
#define ASN1_STRING_type_new	   (tls_lib.ASN1_STRING_type_new)
#define ASN1_TIME_to_tm		   (tls_lib.ASN1_TIME_to_tm)
#define BIO_ctrl_pending	   (tls_lib.BIO_ctrl_pending)
#define BIO_free		   (tls_lib.BIO_free)
#define BIO_new			   (tls_lib.BIO_new)
#define BIO_read_ex		   (tls_lib.BIO_read_ex)
#define BIO_s_mem		   (tls_lib.BIO_s_mem)
#define BIO_write_ex		   (tls_lib.BIO_write_ex)
#define CRYPTO_free		   (tls_lib.CRYPTO_free)
#define ERR_clear_error		   (tls_lib.ERR_clear_error)
#define ERR_peek_error		   (tls_lib.ERR_peek_error)
#define ERR_peek_last_error	   (tls_lib.ERR_peek_last_error)
#define ERR_reason_error_string	   (tls_lib.ERR_reason_error_string)
#define EVP_Digest		   (tls_lib.EVP_Digest)
#define EVP_PKEY_Q_keygen	   (tls_lib.EVP_PKEY_Q_keygen)
#define EVP_PKEY_free		   (tls_lib.EVP_PKEY_free)
#define EVP_PKEY_get0_type_name	   (tls_lib.EVP_PKEY_get0_type_name)
#define EVP_PKEY_get_bits	   (tls_lib.EVP_PKEY_get_bits)
#define EVP_PKEY_get_group_name	   (tls_lib.EVP_PKEY_get_group_name)
#define EVP_Q_mac		   (tls_lib.EVP_Q_mac)
#define EVP_sha1		   (tls_lib.EVP_sha1)
#define EVP_sha256		   (tls_lib.EVP_sha256)
#define GENERAL_NAMES_free	   (tls_lib.GENERAL_NAMES_free)
#define GENERAL_NAMES_new	   (tls_lib.GENERAL_NAMES_new)
#define GENERAL_NAME_free	   (tls_lib.GENERAL_NAME_free)
#define GENERAL_NAME_get0_value	   (tls_lib.GENERAL_NAME_get0_value)
#define GENERAL_NAME_new	   (tls_lib.GENERAL_NAME_new)
#define GENERAL_NAME_set0_value	   (tls_lib.GENERAL_NAME_set0_value)
#define OBJ_nid2ln		   (tls_lib.OBJ_nid2ln)
#define OBJ_obj2nid		   (tls_lib.OBJ_obj2nid)
#define OPENSSL_sk_num		   (tls_lib.OPENSSL_sk_num)
#define OPENSSL_sk_pop_free	   (tls_lib.OPENSSL_sk_pop_free)
#define OPENSSL_sk_push		   (tls_lib.OPENSSL_sk_push)
#define OPENSSL_sk_value	   (tls_lib.OPENSSL_sk_value)
#define PEM_write_bio_X509	   (tls_lib.PEM_write_bio_X509)
#define PKCS5_PBKDF2_HMAC	   (tls_lib.PKCS5_PBKDF2_HMAC)
#define RAND_bytes		   (tls_lib.RAND_bytes)
#define SSL_CIPHER_get_bits	   (tls_lib.SSL_CIPHER_get_bits)
#define SSL_CIPHER_get_name	   (tls_lib.SSL_CIPHER_get_name)
#define SSL_CTX_ctrl		   (tls_lib.SSL_CTX_ctrl)
#define SSL_CTX_dane_enable	   (tls_lib.SSL_CTX_dane_enable)
#define SSL_CTX_free		   (tls_lib.SSL_CTX_free)
#define SSL_CTX_load_verify_dir	   (tls_lib.SSL_CTX_load_verify_dir)
#define SSL_CTX_load_verify_file   (tls_lib.SSL_CTX_load_verify_file)
#define SSL_CTX_new		   (tls_lib.SSL_CTX_new)
#define SSL_CTX_set_alpn_protos	   (tls_lib.SSL_CTX_set_alpn_protos)
#define SSL_CTX_set_alpn_select_cb (tls_lib.SSL_CTX_set_alpn_select_cb)
#define SSL_CTX_set_cert_verify_callback                                       \
	(tls_lib.SSL_CTX_set_cert_verify_callback)
#define SSL_CTX_set_cipher_list	      (tls_lib.SSL_CTX_set_cipher_list)
#define SSL_CTX_set_ciphersuites      (tls_lib.SSL_CTX_set_ciphersuites)
#define SSL_CTX_set_default_passwd_cb (tls_lib.SSL_CTX_set_default_passwd_cb)
#define SSL_CTX_set_default_passwd_cb_userdata                                 \
	(tls_lib.SSL_CTX_set_default_passwd_cb_userdata)
#define SSL_CTX_set_default_verify_paths                                       \
	(tls_lib.SSL_CTX_set_default_verify_paths)
#define SSL_CTX_set_keylog_callback    (tls_lib.SSL_CTX_set_keylog_callback)
#define SSL_CTX_set_num_tickets	       (tls_lib.SSL_CTX_set_num_tickets)
#define SSL_CTX_set_options	       (tls_lib.SSL_CTX_set_options)
#define SSL_CTX_set_security_level     (tls_lib.SSL_CTX_set_security_level)
#define SSL_CTX_set_session_id_context (tls_lib.SSL_CTX_set_session_id_context)
#define SSL_CTX_use_PrivateKey	       (tls_lib.SSL_CTX_use_PrivateKey)
#define SSL_CTX_use_PrivateKey_file    (tls_lib.SSL_CTX_use_PrivateKey_file)
#define SSL_CTX_use_certificate	       (tls_lib.SSL_CTX_use_certificate)
#define SSL_CTX_use_certificate_chain_file                                     \
	(tls_lib.SSL_CTX_use_certificate_chain_file)
#define SSL_add1_host		   (tls_lib.SSL_add1_host)
#define SSL_ctrl		   (tls_lib.SSL_ctrl)
#define SSL_dane_enable		   (tls_lib.SSL_dane_enable)
#define SSL_dane_set_flags	   (tls_lib.SSL_dane_set_flags)
#define SSL_dane_tlsa_add	   (tls_lib.SSL_dane_tlsa_add)
#define SSL_do_handshake	   (tls_lib.SSL_do_handshake)
#define SSL_export_keying_material (tls_lib.SSL_export_keying_material)
#define SSL_free		   (tls_lib.SSL_free)
#define SSL_get0_alpn_selected	   (tls_lib.SSL_get0_alpn_selected)
#define SSL_get0_dane_authority	   (tls_lib.SSL_get0_dane_authority)
#define SSL_get0_dane_tlsa	   (tls_lib.SSL_get0_dane_tlsa)
#define SSL_get0_param		   (tls_lib.SSL_get0_param)
#define SSL_get0_peer_certificate  (tls_lib.SSL_get0_peer_certificate)
#define SSL_get0_peername	   (tls_lib.SSL_get0_peername)
#define SSL_get0_verified_chain	   (tls_lib.SSL_get0_verified_chain)
#define SSL_get_current_cipher	   (tls_lib.SSL_get_current_cipher)
#define SSL_get_error		   (tls_lib.SSL_get_error)
#define SSL_get_ex_data		   (tls_lib.SSL_get_ex_data)
#define SSL_get_ex_data_X509_STORE_CTX_idx                                     \
	(tls_lib.SSL_get_ex_data_X509_STORE_CTX_idx)
#define SSL_get_finished	      (tls_lib.SSL_get_finished)
#define SSL_get_peer_finished	      (tls_lib.SSL_get_peer_finished)
#define SSL_get_rbio		      (tls_lib.SSL_get_rbio)
#define SSL_get_servername	      (tls_lib.SSL_get_servername)
#define SSL_get_shutdown	      (tls_lib.SSL_get_shutdown)
#define SSL_get_verify_mode	      (tls_lib.SSL_get_verify_mode)
#define SSL_get_verify_result	      (tls_lib.SSL_get_verify_result)
#define SSL_get_version		      (tls_lib.SSL_get_version)
#define SSL_get_wbio		      (tls_lib.SSL_get_wbio)
#define SSL_group_to_name	      (tls_lib.SSL_group_to_name)
#define SSL_new			      (tls_lib.SSL_new)
#define SSL_read_ex		      (tls_lib.SSL_read_ex)
#define SSL_select_next_proto	      (tls_lib.SSL_select_next_proto)
#define SSL_session_reused	      (tls_lib.SSL_session_reused)
#define SSL_CTX_sess_set_new_cb	      (tls_lib.SSL_CTX_sess_set_new_cb)
#define SSL_SESSION_free	      (tls_lib.SSL_SESSION_free)
#define SSL_set_session		      (tls_lib.SSL_set_session)
#define SSL_set_accept_state	      (tls_lib.SSL_set_accept_state)
#define SSL_set_bio		      (tls_lib.SSL_set_bio)
#define SSL_set_connect_state	      (tls_lib.SSL_set_connect_state)
#define SSL_set_ex_data		      (tls_lib.SSL_set_ex_data)
#define SSL_set_verify		      (tls_lib.SSL_set_verify)
#define SSL_shutdown		      (tls_lib.SSL_shutdown)
#define SSL_version		      (tls_lib.SSL_version)
#define SSL_write_ex		      (tls_lib.SSL_write_ex)
#define TLS_client_method	      (tls_lib.TLS_client_method)
#define TLS_server_method	      (tls_lib.TLS_server_method)
#define X509V3_EXT_conf_nid	      (tls_lib.X509V3_EXT_conf_nid)
#define X509_EXTENSION_free	      (tls_lib.X509_EXTENSION_free)
#define X509_NAME_add_entry_by_NID    (tls_lib.X509_NAME_add_entry_by_NID)
#define X509_NAME_print_ex	      (tls_lib.X509_NAME_print_ex)
#define X509_STORE_CTX_get0_untrusted (tls_lib.X509_STORE_CTX_get0_untrusted)
#define X509_STORE_CTX_get_current_cert                                        \
	(tls_lib.X509_STORE_CTX_get_current_cert)
#define X509_STORE_CTX_get_error       (tls_lib.X509_STORE_CTX_get_error)
#define X509_STORE_CTX_get_error_depth (tls_lib.X509_STORE_CTX_get_error_depth)
#define X509_STORE_CTX_get_ex_data     (tls_lib.X509_STORE_CTX_get_ex_data)
#define X509_STORE_CTX_set_error       (tls_lib.X509_STORE_CTX_set_error)
#define X509_STORE_CTX_set_verify_cb   (tls_lib.X509_STORE_CTX_set_verify_cb)
#define X509_VERIFY_PARAM_set1_host    (tls_lib.X509_VERIFY_PARAM_set1_host)
#define X509_VERIFY_PARAM_set1_ip_asc  (tls_lib.X509_VERIFY_PARAM_set1_ip_asc)
#define X509_VERIFY_PARAM_set_flags    (tls_lib.X509_VERIFY_PARAM_set_flags)
#define X509_VERIFY_PARAM_set_hostflags                                        \
	(tls_lib.X509_VERIFY_PARAM_set_hostflags)
#define X509_add1_ext_i2d	      (tls_lib.X509_add1_ext_i2d)
#define X509_add_ext		      (tls_lib.X509_add_ext)
#define X509_chain_up_ref	      (tls_lib.X509_chain_up_ref)
#define X509_check_host		      (tls_lib.X509_check_host)
#define X509_check_issued	      (tls_lib.X509_check_issued)
#define X509_check_ip_asc	      (tls_lib.X509_check_ip_asc)
#define X509_digest		      (tls_lib.X509_digest)
#define X509_free		      (tls_lib.X509_free)
#define X509_get0_notAfter	      (tls_lib.X509_get0_notAfter)
#define X509_get0_notBefore	      (tls_lib.X509_get0_notBefore)
#define X509_get0_pubkey	      (tls_lib.X509_get0_pubkey)
#define X509_get_X509_PUBKEY	      (tls_lib.X509_get_X509_PUBKEY)
#define X509_get_serialNumber	      (tls_lib.X509_get_serialNumber)
#define X509_get_ext_d2i	      (tls_lib.X509_get_ext_d2i)
#define X509_get_extended_key_usage   (tls_lib.X509_get_extended_key_usage)
#define X509_get_issuer_name	      (tls_lib.X509_get_issuer_name)
#define X509_get_key_usage	      (tls_lib.X509_get_key_usage)
#define X509_get_signature_nid	      (tls_lib.X509_get_signature_nid)
#define X509_get_subject_name	      (tls_lib.X509_get_subject_name)
#define X509_getm_notAfter	      (tls_lib.X509_getm_notAfter)
#define X509_getm_notBefore	      (tls_lib.X509_getm_notBefore)
#define X509_gmtime_adj		      (tls_lib.X509_gmtime_adj)
#define X509_new		      (tls_lib.X509_new)
#define X509_set_issuer_name	      (tls_lib.X509_set_issuer_name)
#define X509_set_pubkey		      (tls_lib.X509_set_pubkey)
#define X509_set_version	      (tls_lib.X509_set_version)
#define X509_sign		      (tls_lib.X509_sign)
#define X509_up_ref		      (tls_lib.X509_up_ref)
#define X509_verify_cert	      (tls_lib.X509_verify_cert)
#define X509_verify_cert_error_string (tls_lib.X509_verify_cert_error_string)
#define i2d_X509_PUBKEY		      (tls_lib.i2d_X509_PUBKEY)

/* Before any other call; see lazy_load(). */
CHECKED int tls_lib_load(struct err *e);

#endif
